#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/bench/measure.hpp"

namespace vitrine::bench {

/// What a figure is held against.
enum class Goal {
    faster,         ///< at least so many times faster than LMDB
    ratio_at_most,  ///< at most so many times LMDB's
    value_at_most,  ///< Vitrine's own figure
    value_at_least,
};

/// A line of the table.
struct Figure {
    std::string work;
    std::string unit;
    double vitrine = 0;
    std::optional<double> lmdb{};
    Goal goal = Goal::faster;
    double target = 0;
    /// How many times faster, where rounds were compared one by one.
    std::optional<double> times_faster{};
    /// Nothing to reach: shown beside another line.
    bool aside = false;
};

/// A figure of two times for the same work: smaller is better.
Figure times(std::string work, const Pair& pair, double target);
/// A figure of two rates: larger is better.
Figure rates(std::string work, const Pair& pair, double target);

/// Prints the lines as they come, or all together as JSON.
class Report {
  public:
    explicit Report(bool json) : json_(json) {}
    void head() const;
    void add(Figure figure);
    void end() const;

  private:
    bool json_;
    std::vector<Figure> figures_;
};

}  // namespace vitrine::bench
