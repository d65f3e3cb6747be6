#pragma once

#include <vitrine/undo_plan.hpp>

#include "mvcc/store.hpp"

namespace vitrine::btree {

// Undoing a commit V: what it changed, per object and per key of a tree, goes back to what it was at
// V - 1. Three states decide, before V, after V and now:
//   now as after V:    it goes back;
//   now as before V:   it is back already, nothing is done;
//   otherwise:         a later commit changed it, which is a conflict.
// A root or tree that V made goes only if it is as V left it. Whatever was compared was read by the
// transaction that undoes, so that a commit meanwhile conflicts with it.

/// Throws: SnapshotTooOldError when V or the version before is not kept, NotFoundError when V is in
/// the future. Cost: what V changed; for each tree a look at its leaves.
UndoPlan plan_undo(mvcc::Store& store, Version version);

/// Returns the commit that undoes; the newest version when all was back already.
/// Throws: as plan_undo; ConflictError that lists the conflicts; StorageError.
Version undo(mvcc::Store& store, Version version);

}  // namespace vitrine::btree
