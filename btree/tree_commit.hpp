#pragma once

#include <optional>
#include <vector>

#include "btree/limits.hpp"
#include "btree/nodes.hpp"
#include "btree/tree_edit.hpp"
#include "mvcc/commit_context.hpp"

namespace vitrine::btree {

/// One tree's part in a commit, inside the sequencing section: is what the transaction read and wrote
/// still so in the newest state, and what does that state become.
class TreeCommit {
  public:
    TreeCommit(mvcc::CommitContext& context, const TreeEdit& edit, ObjectId id);

    /// Key by key, the newest state against the transaction's base.
    /// Throws: ConflictError. Cost: nothing when no commit touched the tree since the base; a look-up
    /// for each key and the leaves of each range otherwise.
    void validate();
    /// Requires: validate() returned.
    void apply();
    [[nodiscard]] ObjectId id() const { return id_; }

  private:
    // -- validation (tree_validate.cpp)
    struct Versus;
    void check_write(Versus& versus, const Op& op);
    void check_key(Versus& versus, const ReadSet::KeyRead& read);
    void check_range(Versus& versus, const RangeRead& range);
    [[noreturn]] void conflict(ByteSpan key, const char* deed, Version fallback) const;
    [[noreturn]] void conflict_of_tree(const char* what, Version with) const;

    mvcc::CommitContext& context_;
    const TreeEdit& edit_;
    const ObjectId id_;
    const std::optional<TreeState> base_;
    std::optional<TreeState> newest_;  // nothing: to be made, or erased by another commit
    Version changed_{};                // the newest header's version
};

/// Hash of a key for mvcc::RecentChanges.
std::uint64_t hash_key(ByteSpan key);

/// The largest nodes to make. Tests set it, before they open a store, to get deep trees of few keys.
Limits& node_limits();

}  // namespace vitrine::btree
