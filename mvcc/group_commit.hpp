#pragma once

#include <condition_variable>
#include <mutex>

#include "mvcc/commit_queue.hpp"

namespace vitrine::mvcc {

/// Durability::full. The first committer who finds nobody writing leads: it takes all that is queued,
/// completes it, and hands the lead to the first of those who came meanwhile. While one batch
/// syncs, the next one gathers.
///
/// A leader waits for company only when more committed together the last time than are queued now,
/// and at most kGather; a lone committer never waits.
/// Source: the idea of group commit, DeWitt et al., "Implementation techniques for main memory
/// database systems", 1984.
class GroupCommit final : public CommitQueue {
  public:
    explicit GroupCommit(CommitSink& sink) : sink_(sink) {}

    void push(CommitList&& one) noexcept override;
    void wait(Commit& commit) override;
    void flush() override;
    CommitList drain() noexcept override;

  private:
    static constexpr std::chrono::microseconds kGather{300};

    void lead(std::unique_lock<std::mutex> lock);
    void gather(std::unique_lock<std::mutex>& lock);
    static void finish(Commit& commit) noexcept;

    CommitSink& sink_;
    std::mutex mutex_;                  // guards everything below
    std::condition_variable arrived_;   // for a gathering leader
    std::condition_variable progress_;  // for flush()
    CommitList queue_;
    std::uint64_t pushed_ = 0;    // commits, ever
    std::uint64_t finished_ = 0;  // of them, written or failed
    bool led_ = false;
    bool gathering_ = false;
    std::size_t expected_ = 1;  // how many ran together the last time
};

}  // namespace vitrine::mvcc
