#include "mvcc/flusher.hpp"

#include <new>
#include <utility>

#include <vitrine/error.hpp>

namespace vitrine::mvcc {

Flusher::Flusher(CommitSink& sink, std::chrono::milliseconds interval)
    : sink_(sink), interval_(interval), thread_([this] { run(); }) {}

Flusher::~Flusher() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    work_.notify_one();
    thread_.join();
}

void Flusher::push(CommitList&& one) noexcept {
    const std::lock_guard lock(mutex_);
    const bool first = queue_.empty();
    if (first) oldest_ = Clock::now();
    const std::size_t before = queued_bytes_;
    queued_bytes_ += one.front()->bytes;
    queue_.splice(queue_.end(), one);
    ++pushed_;
    if (first || (before < kFlushFrom && queued_bytes_ >= kFlushFrom)) work_.notify_one();
}

void Flusher::wait(Commit& /*commit*/) {
    std::unique_lock lock(mutex_);
    if (queued_bytes_ + flying_bytes_ < kWaitFrom) return;
    progress_.wait(lock, [this] { return queued_bytes_ + flying_bytes_ < kWaitFrom || failure_; });
    // The commit is visible whatever happened to the disk: the next one will be refused.
}

void Flusher::flush() {
    std::unique_lock lock(mutex_);
    const std::uint64_t target = pushed_;
    if (completed_ < target) {
        asked_ = true;
        work_.notify_one();
    }
    progress_.wait(lock, [&] { return completed_ >= target || failure_; });
    if (!failure_ || completed_ >= target) return;
    // Lack of memory, too: the store does not recover from it.
    try {
        throw_failure(failure_);
    } catch (const std::bad_alloc& error) {
        throw StorageError(std::string("commits could not be written: ") + error.what());
    }
}

CommitList Flusher::drain() noexcept { return {}; }  // visible commits cannot be taken back

void Flusher::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        work_.wait_until(lock, oldest_ + interval_,
                         [this] { return stopping_ || asked_ || queued_bytes_ >= kFlushFrom; });
        asked_ = false;
        CommitList batch;
        batch.swap(queue_);
        flying_bytes_ = std::exchange(queued_bytes_, 0);
        lock.unlock();
        std::exception_ptr failure;
        try {
            sink_.complete(batch);
        } catch (...) {
            failure = std::current_exception();
            sink_.fail(batch, failure);
        }
        const std::size_t count = batch.size();
        if (!failure) batch.clear();
        lock.lock();
        flying_bytes_ = 0;
        if (failure) {
            // Kept in memory, since readers see these commits; never written, since nothing may be
            // written after a gap.
            queue_.splice(queue_.begin(), batch);
            failure_ = failure;
            progress_.notify_all();
            return;
        }
        completed_ += count;
        progress_.notify_all();
    }
}

}  // namespace vitrine::mvcc
