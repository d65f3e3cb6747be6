#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace vitrine::bench {

enum class Clock {
    wall,
    cpu,  ///< the thread's own time: for work that never waits, on a machine that is not idle
};

/// Nanoseconds of the clock chosen.
double now(Clock clock);

/// Nanoseconds that `work` needs.
template <class Work>
double duration(Clock clock, const Work& work) {
    const double begin = now(clock);
    work();
    return now(clock) - begin;
}

double median(std::vector<double> samples);
/// The sample below which `part` of them lie.
double quantile(std::vector<double> samples, double part);

/// Runs `work(thread)` on all threads at once and returns the mean of what each needed.
/// Unit: nanoseconds an item, when each does `items`.
double on_threads(std::size_t threads, std::size_t items, Clock clock,
                  const std::function<void(std::size_t thread)>& work);

/// How often each thread ran its work, and how often a second that was in all.
struct Rate {
    std::vector<std::size_t> counts;
    double per_second = 0;
};

/// Runs `work(thread)` again and again on all threads.
Rate repeat(std::size_t threads, double seconds,
            const std::function<void(std::size_t thread)>& work);

}  // namespace vitrine::bench
