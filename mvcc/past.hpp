#pragma once

#include <vector>

#include <vitrine/history.hpp>

#include "mvcc/store.hpp"

namespace vitrine::mvcc {

// What the log of commits and the rows say about the past, as far as the retention keeps it. They
// wait until what is published is on disk (Durability::deferred).
// Threads: any. Throws, all: StorageError, CorruptionError.

/// The commits after `after`, ascending, at most `limit`; none under Retention::none().
std::vector<CommitInfo> commits(Store& store, Version after, std::size_t limit);

/// What a commit did. Throws: NotFoundError when it is in the future, SnapshotTooOldError when it is
/// not kept.
CommitInfo commit_info(Store& store, Version version);

/// A version of an object with its type.
struct PastVersion {
    vitrine::ObjectVersion info;
    TypeId type = 0;
};

/// The object's versions that are kept, newest first; nothing when there never was such an object.
/// Cost: a look-up in the log for each.
std::vector<PastVersion> history(Store& store, ObjectId id);

}  // namespace vitrine::mvcc
