#pragma once

#include <cstddef>

#include <vitrine/gc_report.hpp>
#include <vitrine/options.hpp>

#include "mvcc/mark_set.hpp"
#include "mvcc/snapshot.hpp"

namespace vitrine::btree {

/// Bounds of a collection; tests make them small.
struct CollectOptions {
    std::size_t stack_bound = mvcc::MarkSet::kStackBound;  ///< objects to follow (mark_set.hpp)
    std::size_t work_per_commit = 1000;  ///< objects, and entries of trees, that a commit erases
    std::size_t bytes_per_commit = std::size_t{8} << 20;  ///< and their rows, about
    unsigned tell_every = 64;  ///< bounded pieces of work from one call of progress to the next
};

/// Erases what cannot be reached from the roots, while work goes on. README.md ("Garbage") says why
/// nothing that is reachable is lost.
///
/// What was created, read by a transaction or referred to by a commit since it began is spared, with
/// all that it refers to. The rest is condemned in one moment and erased in commits of bounded size
/// after it; transactions that begin after that moment find none of it.
///
/// `keep` keeps the machine while it runs; it is let go of once there is a newer one, so that it does
/// not keep what is erased.
/// Throws: CancelledError when `progress` returns false (what was erased stays erased), UsageError
/// when another collection runs or the store is read-only, CorruptionError when something reachable
/// is damaged (then nothing was erased: what it refers to is not known), StorageError.
/// Cost: reads everything reachable, and every row once. Memory: MarkSet's.
GcReport collect_garbage(mvcc::Snapshot keep, const Progress& progress,
                         CollectOptions options = {});

/// What it would erase, as of a snapshot: nothing is written, and nothing spared.
/// Throws: as above. Objects whose newest commit is not on disk are not counted.
GcReport plan_garbage(const mvcc::Snapshot& snapshot, const Progress& progress,
                      CollectOptions options = {});

}  // namespace vitrine::btree
