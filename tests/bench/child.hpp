#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "tests/bench/workload.hpp"

namespace vitrine::bench {

/// What became of one round of one workload.
struct Outcome {
    std::map<std::string, double, std::less<>> figures;
    std::string checksum;
    std::uint64_t commits = 0;
    std::uint64_t syncs = 0;
    std::string failure;  ///< not empty: the round does not count
    std::string absent;   ///< not empty: the store has no such thing, and why
};

/// Runs a round in a process of its own: this program again, with `--one`. What a store leaves behind
/// in memory, threads and file descriptors ends with it, and a crash is one row's failure.
Outcome run_in_child(const Scale& scale, const Kind& kind, const Workload& workload);

/// The other side: runs the round here and prints its outcome.
void run_here(const Scale& scale, std::string_view kind, std::string_view workload);

}  // namespace vitrine::bench
