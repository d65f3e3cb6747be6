#pragma once

#include <string>
#include <string_view>

#include <vitrine/undo_plan.hpp>

#include "btree/tree_edits.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::btree {

/// One attempt to undo a commit inside a transaction: does what can be done, and notes what cannot.
class UndoRun {
  public:
    /// Requires: `before` and `after` are the versions V - 1 and V.
    UndoRun(mvcc::Transaction& transaction, mvcc::Snapshot before, mvcc::Snapshot after);

    void take_back(ObjectId changed);
    UndoPlan take_plan() { return std::move(plan_); }

  private:
    void take_back_object(ObjectId id, const VersionHandle& was, const VersionHandle& became);
    void take_back_tree(ObjectId id, bool was_there, bool is_left);
    void take_back_keys(ObjectId id, TreeWriter& tree, const TreeKind& kind);
    void bring_back_tree(ObjectId id);
    void take_back_roots();
    void take_back_root(std::string_view name, ObjectId was, ObjectId became);

    void change(ObjectId id, std::string key, std::string what);
    void conflict(ObjectId id, std::string key, std::string what, Version with);
    [[nodiscard]] Version last_change(ObjectId id) const;
    [[nodiscard]] Version last_change(ObjectId tree, ByteSpan key) const;

    mvcc::Transaction& transaction_;
    const mvcc::Snapshot before_;
    const mvcc::Snapshot after_;
    UndoPlan plan_;
};

}  // namespace vitrine::btree
