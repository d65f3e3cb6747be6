#include "mvcc/group_commit.hpp"

#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {

void GroupCommit::push(CommitList&& one) noexcept {
    const std::lock_guard lock(mutex_);
    queue_.splice(queue_.end(), one);
    ++pushed_;
    if (gathering_ && queue_.size() >= expected_) arrived_.notify_one();
}

void GroupCommit::wait(Commit& commit) {
    {
        std::unique_lock lock(mutex_);
        // The queue is empty when another's batch has taken the commit and is about to finish it.
        if (!led_ && !queue_.empty() &&
            commit.state.load(std::memory_order_relaxed) == Commit::queued) {
            led_ = true;
            lead(std::move(lock));
        }
    }
    // acquire: partner is finish(), which publishes the outcome, and the hand-over of the lead.
    for (;;) {
        const std::uint32_t state = commit.state.load(std::memory_order_acquire);
        if (state == Commit::done) break;
        if (state == Commit::leading) {
            lead(std::unique_lock(mutex_));
        } else {
            commit.state.wait(Commit::queued, std::memory_order_acquire);
        }
    }
    if (commit.failure) throw_failure(commit.failure);
}

void GroupCommit::gather(std::unique_lock<std::mutex>& lock) {
    if (queue_.size() >= expected_) return;
    gathering_ = true;
    arrived_.wait_for(lock, kGather, [this] { return queue_.size() >= expected_; });
    gathering_ = false;
}

void GroupCommit::lead(std::unique_lock<std::mutex> lock) {
    gather(lock);
    CommitList batch;
    batch.swap(queue_);
    lock.unlock();
    yield_point("commit:leading");
    const std::size_t together = batch.size();
    try {
        if (!batch.empty()) sink_.complete(batch);
    } catch (...) {
        sink_.fail(batch, std::current_exception());
    }
    lock.lock();
    expected_ = together + queue_.size();
    finished_ += batch.size();
    progress_.notify_all();
    if (queue_.empty()) {
        led_ = false;
    } else {
        Commit& next = *queue_.front();
        next.state.store(Commit::leading, std::memory_order_release);
        next.state.notify_one();
    }
    lock.unlock();
    for (const auto& commit : batch) finish(*commit);
}

void GroupCommit::finish(Commit& commit) noexcept {
    commit.changes.clear();
    // release: partner is wait()'s acquire.
    commit.state.store(Commit::done, std::memory_order_release);
    commit.state.notify_one();
}

void GroupCommit::flush() {
    // A commit that is queued has a thread that waits for it, and so a leader. Only those pushed
    // before count: there need not be a moment at which nothing is queued.
    std::unique_lock lock(mutex_);
    const std::uint64_t target = pushed_;
    lock.unlock();
    yield_point("commit:flushing");
    lock.lock();
    progress_.wait(lock, [&] { return finished_ >= target; });
}

CommitList GroupCommit::drain() noexcept {
    const std::lock_guard lock(mutex_);
    CommitList all;
    all.swap(queue_);
    return all;
}

}  // namespace vitrine::mvcc
