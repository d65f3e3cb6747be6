#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "mvcc/commit_queue.hpp"

namespace vitrine::mvcc {

/// Durability::deferred. A thread of the store completes batches: when the oldest commit has waited
/// for the flush interval, when somebody asks, or when much is queued. Committers return at once,
/// unless they are far ahead of the disk.
class Flusher final : public CommitQueue {
  public:
    Flusher(CommitSink& sink, std::chrono::milliseconds interval);
    ~Flusher() override;  // flushes what it can

    void push(CommitList&& one) noexcept override;
    void wait(Commit& commit) override;
    void flush() override;
    CommitList drain() noexcept override;

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kFlushFrom = std::size_t{8} << 20;  // bytes queued
    static constexpr std::size_t kWaitFrom = std::size_t{48} << 20;  // bytes queued or in flight

    void run();

    CommitSink& sink_;
    const std::chrono::milliseconds interval_;
    std::mutex mutex_;  // guards everything below
    std::condition_variable work_;
    std::condition_variable progress_;
    CommitList queue_;
    std::size_t queued_bytes_ = 0;
    std::size_t flying_bytes_ = 0;
    std::uint64_t pushed_ = 0;     // commits, ever
    std::uint64_t completed_ = 0;  // of them
    Clock::time_point oldest_{};
    bool asked_ = false;
    bool stopping_ = false;
    std::exception_ptr failure_;  // set once: the store refuses writes from then on
    std::thread thread_;
};

}  // namespace vitrine::mvcc
