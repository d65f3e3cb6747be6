#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/support/process_memory.hpp"
#include "tests/support/program.hpp"

namespace vitrine::test::soak {

inline constexpr std::size_t kMebibyte = 1 << 20;

/// Deferred commits may be so far ahead of a slow disk (mvcc::Flusher): in memory until they are
/// written, and then all at once in new pages of the file.
inline constexpr std::size_t kBacklog = 48 * kMebibyte;

/// One look at the running store.
struct Sample {
    double seconds = 0;
    std::size_t anonymous_bytes = 0;
    std::size_t allocated_bytes = 0;
    Stats stats{};
    bool deferred = false;
};

/// What may be used up, and the samples that were held against it. Threads: any.
///
/// - Cache: most of the time the budget, an eighth of it and a mebibyte that wait for readers. What
///   was evicted cannot be freed while a thread stands in the middle of a read, and on a busy machine
///   it may stand for long; what is not on a slow disk yet cannot be evicted: nine times in ten,
///   twice the budget and 4 MiB.
/// - Anonymous memory: what the process had when it began, three times the budget (the store, the
///   copy that is being verified, and the allocator's own), the backlog, and a constant for a backup
///   on its way, threads and buffers.
/// - File: what one version of everything takes, once for each snapshot that is held, and for the
///   newest, a backup, a collection and the retention; as much again for what is free and not yet
///   reused; the backlog; and a constant.
/// - Commit log: it grows with what is in use in the file, so it stays in the same bound.
/// - Trend, in a run of some length: the last quarter is not higher than the one before it, but for a
///   fifth and a constant.
class Bounds {
  public:
    Bounds(std::size_t cache_bytes, std::size_t live_bytes, std::size_t held, Findings& findings)
        : usual_cache_(cache_bytes + cache_bytes / 8 + kMebibyte),
          cache_limit_(2 * cache_bytes + kBacklog + 4 * kMebibyte),
          memory_limit_(anonymous_bytes() + 3 * cache_bytes + kBacklog + 64 * kMebibyte),
          file_limit_(2 * (held + 4) * live_bytes + kBacklog + 16 * kMebibyte),
          findings_(findings) {}

    void add(const Sample& sample) {
        const std::lock_guard lock(mutex_);
        samples_.push_back(sample);
        within("file bytes", file_bytes(sample), file_limit_);
        within("log bytes", sample.stats.log_bytes, file_limit_);
        // A sanitizer's own memory is many times as large as the program's.
        if (!kSanitized) within("anonymous bytes", sample.anonymous_bytes, memory_limit_);
    }

    void check_cache() {
        const std::lock_guard lock(mutex_);
        if (samples_.empty()) return findings_.add("no samples");
        std::vector<std::size_t> cache;
        for (const Sample& one : samples_) cache.push_back(one.stats.cache_bytes);
        std::sort(cache.begin(), cache.end());
        within("cache bytes, median", cache[cache.size() / 2], usual_cache_);
        within("cache bytes, nine in ten", cache[cache.size() * 9 / 10], cache_limit_);
    }
    void check_trend() {
        const std::lock_guard lock(mutex_);
        const std::size_t quarter = samples_.size() / 4;
        if (quarter == 0) return findings_.add("too few samples");
        grows("file bytes", quarter, file_bytes);
        if (!kSanitized)
            grows("anonymous bytes", quarter,
                  [](const Sample& one) { return one.anonymous_bytes; });
    }

    void write(std::ostream& out) const {
        const std::lock_guard lock(mutex_);
        out << "# limits: anonymous_bytes " << memory_limit_ << " file_bytes " << file_limit_
            << " cache_bytes " << cache_limit_ << "\n"
            << "seconds,anonymous_bytes,allocated_bytes,file_bytes,log_bytes,free_bytes,"
               "cache_bytes,open_snapshots,oldest_age_seconds,deferred\n";
        for (const Sample& one : samples_)
            out << one.seconds << ',' << one.anonymous_bytes << ',' << one.allocated_bytes << ','
                << file_bytes(one) << ',' << one.stats.log_bytes << ',' << one.stats.free_bytes
                << ',' << one.stats.cache_bytes << ',' << one.stats.open_snapshots << ','
                << std::chrono::duration<double>(one.stats.oldest_snapshot_age).count() << ','
                << one.deferred << '\n';
    }
    [[nodiscard]] std::size_t samples() const {
        const std::lock_guard lock(mutex_);
        return samples_.size();
    }
    /// The highest, in MiB, for people.
    [[nodiscard]] std::string highest() const {
        const std::lock_guard lock(mutex_);
        Sample top;
        std::size_t file = 0;
        for (const Sample& one : samples_) {
            top.anonymous_bytes = std::max(top.anonymous_bytes, one.anonymous_bytes);
            top.allocated_bytes = std::max(top.allocated_bytes, one.allocated_bytes);
            file = std::max(file, file_bytes(one));
            top.stats.log_bytes = std::max(top.stats.log_bytes, one.stats.log_bytes);
            top.stats.cache_bytes = std::max(top.stats.cache_bytes, one.stats.cache_bytes);
        }
        const auto show = [](const char* name, std::size_t value, std::size_t limit) {
            return std::string(name) + " " + std::to_string(value / kMebibyte) + " of " +
                   std::to_string(limit / kMebibyte) + " MiB";
        };
        return "at most: " + show("anonymous memory", top.anonymous_bytes, memory_limit_) + " (" +
               std::to_string(top.allocated_bytes / kMebibyte) + " allocated)" +
               show(", file", file, file_limit_) + show(", log", top.stats.log_bytes, file_limit_) +
               show(", cache", top.stats.cache_bytes, cache_limit_);
    }

  private:
    /// Without the log, which goes when the store is closed.
    static std::size_t file_bytes(const Sample& sample) {
        return sample.stats.file_bytes - sample.stats.log_bytes;
    }
    void within(const char* what, std::size_t value, std::size_t limit) {
        findings_.expect(value <= limit, [&] {
            return std::string(what) + ": " + std::to_string(value) + ", limit " +
                   std::to_string(limit) + ", after " + std::to_string(samples_.back().seconds) +
                   " s";
        });
    }
    template <class Of>
    void grows(const char* what, std::size_t quarter, Of of) {
        const auto highest = [&](std::size_t from) {
            std::size_t top = 0;
            for (std::size_t i = from; i < from + quarter; ++i)
                top = std::max(top, of(samples_[i]));
            return top;
        };
        const std::size_t last = highest(samples_.size() - quarter);
        const std::size_t before = highest(samples_.size() - 2 * quarter);
        findings_.expect(last <= before + before / 5 + 4 * kMebibyte, [&] {
            return std::string(what) + " grow: " + std::to_string(before) + ", then " +
                   std::to_string(last);
        });
    }

    const std::size_t usual_cache_;
    const std::size_t cache_limit_;
    const std::size_t memory_limit_;
    const std::size_t file_limit_;
    Findings& findings_;
    mutable std::mutex mutex_;
    std::vector<Sample> samples_;
};

}  // namespace vitrine::test::soak
