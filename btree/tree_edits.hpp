#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "btree/tree_edit.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::btree {

/// The well-known tree of root names: name -> object id.
inline constexpr ObjectId kCatalog{1};
const TreeKind& catalog_kind();

/// All trees that one transaction uses, the catalog of root names among them: its part in commits and
/// savepoints.
class TreeEdits final : public mvcc::Participant {
  public:
    explicit TreeEdits(mvcc::Transaction& transaction);
    ~TreeEdits() override;

    [[nodiscard]] bool writes() const override;
    void sequence(mvcc::CommitContext& context) override;
    std::size_t mark() override;
    void rollback_to(std::size_t mark) override;

    std::shared_ptr<TreeEdit> named(std::string_view name, const TreeKind& kind);
    std::shared_ptr<TreeEdit> opened(ObjectId id, const TreeKind& kind);
    std::shared_ptr<TreeEdit> made(const TreeKind& kind);
    std::shared_ptr<TreeEdit> restored(ObjectId id, const TreeKind& kind);
    TreeEdit& catalog();

    /// The tree with this id in the transaction, if it uses one.
    [[nodiscard]] TreeEdit* find(ObjectId id);
    /// The kind of a stored tree; nothing when it is no tree.
    [[nodiscard]] std::optional<TreeKind> kind_of(ObjectId id);
    /// Whether this transaction erased the tree: a snapshot still shows it.
    [[nodiscard]] bool erased(ObjectId id) {
        const TreeEdit* edit = find(id);
        return edit != nullptr && edit->state().erased;
    }
    void erase_tree(ObjectId id, const TreeKind& kind);
    /// Before a root name is given to something else: a tree that the name stood for keeps its own.
    void release_name(std::string_view name);
    /// Gives a named tree its id now, and the name to it.
    void bind(TreeEdit& edit);

    [[nodiscard]] mvcc::Transaction& transaction() const { return transaction_; }

  private:
    [[nodiscard]] const ObjectVersion* peek(ObjectId id) const;
    ObjectId resolve(TreeEdit& edit, mvcc::CommitContext& context);

    mvcc::Transaction& transaction_;
    std::vector<std::shared_ptr<TreeEdit>> edits_;  // in the order of their making
    std::map<std::string, std::shared_ptr<TreeEdit>, std::less<>> names_;
    std::shared_ptr<TreeEdit> catalog_;
    std::vector<std::vector<TreeEdit::State>> marks_;
};

}  // namespace vitrine::btree
