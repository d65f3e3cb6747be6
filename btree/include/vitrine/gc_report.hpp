#pragma once

#include <chrono>
#include <cstdint>

#include <vitrine/version.hpp>

namespace vitrine {

/// What a collection of garbage did. A value.
struct GcReport {
    Version snapshot{};  ///< what was reachable here, or became so since, was spared

    std::uint64_t objects_examined = 0;  ///< objects and trees there were
    std::uint64_t objects_reachable =
        0;                             ///< objects and trees that roots led to, or that were used
    std::uint64_t objects_erased = 0;  ///< structs
    std::uint64_t trees_erased = 0;
    std::uint64_t entries_erased = 0;  ///< keys in these trees
    /// Of the rows that the newest commit no longer needs. The file keeps them as long as snapshots
    /// or its retention do. Unit: bytes.
    std::uint64_t bytes_freed = 0;
    std::uint64_t commits = 0;  ///< that it made
    /// The most that it had in memory for itself: marks and what it had to follow. Unit: bytes.
    std::uint64_t peak_bytes = 0;
    std::chrono::nanoseconds duration{0};
};

}  // namespace vitrine
