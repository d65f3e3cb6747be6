#include "tests/bench/measure.hpp"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <numeric>
#include <thread>

namespace vitrine::bench {

double now(Clock clock) {
    timespec time{};
    ::clock_gettime(clock == Clock::cpu ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double quantile(std::vector<double> samples, double part) {
    const auto nth = static_cast<std::ptrdiff_t>(part * static_cast<double>(samples.size() - 1));
    std::nth_element(samples.begin(), samples.begin() + nth, samples.end());
    return samples[static_cast<std::size_t>(nth)];
}

double median(std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    return (samples[(samples.size() - 1) / 2] + samples[samples.size() / 2]) / 2;
}

double on_threads(std::size_t threads, std::size_t items, Clock clock,
                  const std::function<void(std::size_t thread)>& work) {
    std::vector<double> needed(threads);
    std::barrier start(static_cast<std::ptrdiff_t>(threads));
    {
        std::vector<std::jthread> running;
        for (std::size_t thread = 0; thread < threads; ++thread)
            running.emplace_back([&, thread] {
                start.arrive_and_wait();
                const double begin = now(clock);
                work(thread);
                needed[thread] = now(clock) - begin;
            });
    }
    return std::accumulate(needed.begin(), needed.end(), 0.0) /
           static_cast<double>(threads * items);
}

Rate repeat(std::size_t threads, double seconds,
            const std::function<void(std::size_t thread)>& work) {
    std::atomic<bool> done{false};
    Rate rate;
    rate.counts.resize(threads);
    std::barrier start(static_cast<std::ptrdiff_t>(threads) + 1);
    std::vector<std::jthread> running;
    for (std::size_t thread = 0; thread < threads; ++thread)
        running.emplace_back([&, thread] {
            std::size_t count = 0;
            start.arrive_and_wait();
            for (; !done.load(std::memory_order_relaxed); ++count) work(thread);
            rate.counts[thread] = count;
        });
    start.arrive_and_wait();
    const double begin = now(Clock::wall);
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    done.store(true, std::memory_order_relaxed);
    running.clear();
    // What was under way when time was up is counted, and so is the time it took.
    const double elapsed = now(Clock::wall) - begin;
    rate.per_second = static_cast<double>(
                          std::accumulate(rate.counts.begin(), rate.counts.end(), std::size_t{0})) /
                      elapsed * 1e9;
    return rate;
}

}  // namespace vitrine::bench
