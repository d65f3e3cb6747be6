#include "mvcc/flusher.hpp"

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
    progress_.wait(lock,
                   [this] { return queued_bytes_ + flying_bytes_ < kWaitFrom || !error_.empty(); });
    // The commit is visible whatever happened to the disk: the next one will be refused.
}

void Flusher::flush() {
    std::unique_lock lock(mutex_);
    const std::uint64_t target = pushed_;
    if (completed_ < target) {
        asked_ = true;
        work_.notify_one();
    }
    progress_.wait(lock, [&] { return completed_ >= target || !error_.empty(); });
    if (!error_.empty() && completed_ < target) throw StorageError(error_);
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
        std::string error;
        try {
            sink_.complete(batch);
        } catch (const std::exception& failure) {
            error = failure.what();
            sink_.fail(batch, error);
        }
        const std::size_t count = batch.size();
        if (error.empty()) batch.clear();
        lock.lock();
        flying_bytes_ = 0;
        if (!error.empty()) {
            // Kept in memory, since readers see these commits; never written, since nothing may be
            // written after a gap.
            queue_.splice(queue_.begin(), batch);
            error_ = error;
            progress_.notify_all();
            return;
        }
        completed_ += count;
        progress_.notify_all();
    }
}

}  // namespace vitrine::mvcc
