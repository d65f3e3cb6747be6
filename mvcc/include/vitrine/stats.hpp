#pragma once

#include <chrono>
#include <cstdint>

#include <vitrine/version.hpp>

namespace vitrine {

/// Counters of an open store since it was opened, and its sizes now. A value: not updated.
struct Stats {
    std::uint64_t commits = 0;      ///< commits that wrote something
    std::uint64_t conflicts = 0;    ///< commits refused with ConflictError
    std::uint64_t batches = 0;      ///< durable steps: many commits can share one
    std::uint64_t syncs = 0;        ///< synced storage transactions, housekeeping included
    std::uint64_t cache_bytes = 0;  ///< materialised versions and the table that finds them
    std::uint64_t cache_hits =
        0;  ///< objects that get() and find() met in memory; Views count nothing
    std::uint64_t cache_misses = 0;    ///< versions materialised from storage
    std::uint64_t evictions = 0;       ///< versions dropped to keep the budget
    std::uint64_t open_snapshots = 0;  ///< snapshots alive now, those of transactions included
    Version oldest_snapshot{};         ///< the oldest of them; version() when there is none
    std::chrono::nanoseconds oldest_snapshot_age{0};  ///< now less the time of that commit
    std::uint64_t file_bytes = 0;                     ///< with the commit log beside the file
    std::uint64_t free_bytes = 0;                     ///< in the file, reusable
    std::uint64_t log_bytes = 0;                      ///< of file_bytes, the commit log's
    std::uint64_t objects_written = 0;                ///< rows put
    std::uint64_t bytes_written = 0;  ///< bytes of rows put, without the storage's own overhead
};

}  // namespace vitrine
