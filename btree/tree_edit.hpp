#pragma once

#include <optional>
#include <string>

#include "btree/nodes.hpp"
#include "btree/overlay_cursor.hpp"
#include "btree/read_set.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::btree {

class TreeEdits;

/// One tree inside a transaction: the base state, the operations on top, and what was read.
///
/// Invariants:
///  W1. Operations are relative to the newest state at commit, not to the base: an operation says
///      what becomes of a key, and validation says whether that may be.
///  W2. Everything that an answer depended on in the base is in the read set, unless the
///      transaction's own operations, or its own clear(), made the answer independent of it.
/// Threads: those of the transaction. Survives it; then refuses everything.
class TreeEdit final : public TreeWriter {
  public:
    /// What savepoints keep; cheap to copy.
    struct State {
        ObjectId id{};         // none: named, and not in being at the base
        bool made = false;     // by this transaction: its id is new,
        bool returns = false;  // or one of old
        bool comes = false;    // named: must exist after the commit
        bool cleared = false;  // the base's entries are gone
        bool erased = false;   // the tree itself is gone
        bool unmade = false;   // made after a savepoint that was rolled back to
        OpSet ops{};
    };

    TreeEdit(TreeEdits& owner, std::string name, TreeKind kind, State state);

    [[nodiscard]] const TreeKind& kind() const override { return kind_; }
    [[nodiscard]] std::uint64_t id() const override;
    [[nodiscard]] std::uint64_t size() const override;
    [[nodiscard]] bool contains(ByteSpan key) const override;
    bool visit(ByteSpan key, const ValueSink& sink) const override;
    [[nodiscard]] std::optional<OwnedValue> find(ByteSpan key) const override;
    [[nodiscard]] std::unique_ptr<Cursor> cursor(const Bounds& bounds) const override;
    [[nodiscard]] std::unique_ptr<Cursor> nearest(const Bounds& bounds) const override {
        return cursor(bounds);
    }
    [[nodiscard]] std::vector<KeyBytes> cuts(const Bounds& bounds, std::size_t n) const override;

    void put(ByteSpan key, ByteSpan value) override;
    bool insert(ByteSpan key, ByteSpan value) override;
    void erase(ByteSpan key) override;
    bool remove(ByteSpan key) override;
    void clear() override;
    void add(ByteSpan key, std::uint64_t delta) override;

    /// Without recording a read.
    [[nodiscard]] std::optional<OwnedValue> look(ByteSpan key) const;

    // -- for TreeEdits and the commit ---------------------------------------------------------------
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const State& state() const { return state_; }
    State& state() { return state_; }
    [[nodiscard]] const ReadSet& reads() const { return reads_; }
    [[nodiscard]] bool writes() const {
        return !state_.ops.empty() || state_.cleared || state_.made || state_.comes ||
               state_.erased;
    }
    /// insert() or remove() told what was there: whether that still holds is checked, though they
    /// may have changed nothing, and nothing else did.
    [[nodiscard]] bool reported() const { return reported_; }
    [[nodiscard]] const std::optional<TreeState>& base() const { return base_; }
    /// What messages call it.
    [[nodiscard]] std::string describe() const;
    /// The transaction has ended.
    void detach() { owner_ = nullptr; }

  private:
    void require_usable() const;
    void require_writable(ByteSpan key) const;
    void set(ByteSpan key, ByteSpan value, Op::Kind kind);
    void record(ByteSpan key, ReadSet::What what) const;
    [[nodiscard]] bool reads_base() const { return base_ && !state_.cleared; }
    [[nodiscard]] bool present(ByteSpan key, ReadSet::What what) const;
    [[nodiscard]] OwnedValue own_value(const Op& op) const;

    TreeEdits* owner_;  // null after the transaction
    const std::string name_;
    const TreeKind kind_;
    const mvcc::Snapshot snapshot_;
    std::optional<TreeState> base_;  // nothing: not in being at the base
    mutable State state_;            // id() may bring it into being
    mutable ReadSet reads_;
    mutable bool reported_ = false;  // stays when the transaction rolls back, as what was read does
    std::shared_ptr<OpArena> arena_ = std::make_shared<OpArena>();
};

}  // namespace vitrine::btree
