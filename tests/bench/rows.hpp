#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vitrine::bench {

/// What Vitrine's figure is held against.
enum class Goal {
    times_lmdb,     ///< at least so many times as fast, or as many, as LMDB
    ratio_at_most,  ///< at most so many times LMDB's
    value_at_most,
    value_at_least,
    none,
};

/// A line of the table: one figure of one workload.
struct Row {
    std::string_view workload;
    std::string_view figure;
    std::string_view group;  ///< of the charts
    std::string_view work;
    std::string_view unit;
    Goal goal = Goal::none;
    double target = 0;
    bool higher_is_better = false;
};

/// In the order of the table. Where a figure grows with the number of keys, the target is for a million.
std::span<const Row> all_rows();

/// How much of its goal a row reached, 1 and above being all of it; nothing without a goal.
/// `times_lmdb`: how many times as fast (or as many, or as small) as LMDB.
std::optional<double> reached(const Row& row, double value, double times_lmdb, double keys);
std::string target_text(const Row& row, double keys);

}  // namespace vitrine::bench
