#pragma once

#include <functional>

#include "tests/bench/table.hpp"

namespace vitrine::bench {

/// Runs a workload for all of the table's stores and adds its lines. The stores take turns, round by
/// round, and each round's first is another one; a round before those that count warms the disk up.
/// False: a store failed, or did not read what the others did; `complain` was told.
bool measure(Table& table, const Workload& workload,
             const std::function<void(const std::string&)>& complain);

}  // namespace vitrine::bench
