#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace vitrine::bench {

/// Makes the compiler believe that a value is used.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "r,m"(value) : "memory");
}

enum class Clock {
    wall,
    cpu,  ///< the thread's own time: for work that never waits, on a machine that is not idle
};

/// Nanoseconds of the clock chosen.
double now(Clock clock);

double median(std::vector<double> samples);
/// The sample below which `part` of them lie.
double quantile(std::vector<double> samples, double part);

/// What two sides needed for the same work, and the median of their quotients round by round: the
/// machine's drift is in both of a round, and cancels.
struct Pair {
    double vitrine = 0;
    double lmdb = 0;
    double lmdb_by_vitrine = 0;
};

/// Runs the sides in turn, A B A B, after one round that does not count unless `warm_up` is false.
Pair compare(int rounds, const std::function<double()>& vitrine,
             const std::function<double()>& lmdb, bool warm_up = true);

/// Runs `work(thread)` on all threads at once and returns the mean of what each needed.
/// Unit: nanoseconds an item, when each does `items`.
double on_threads(std::size_t threads, std::size_t items, Clock clock,
                  const std::function<void(std::size_t thread)>& work);

/// Runs `work(thread)` again and again on all threads. Returns how often a second.
double per_second(std::size_t threads, double seconds,
                  const std::function<void(std::size_t thread)>& work);

}  // namespace vitrine::bench
