#include "mvcc/log_persist.hpp"

#include <algorithm>
#include <utility>

#include <vitrine/error.hpp>

#include "core/log/log_entry.hpp"
#include "mvcc/checkpoint.hpp"
#include "mvcc/store.hpp"
#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kLeastLog = 16 * kMiB;
constexpr std::size_t kMostLog = 256 * kMiB;
constexpr std::size_t kLeastWaiting = kMiB;
constexpr std::size_t kMostWaiting = 256 * kMiB;

std::size_t logged_words(const Change& change) {
    if (!change.fresh) return 0;
    return change.delta.empty() ? change.fresh->row().size() : change.delta.size();
}

}  // namespace

LogPersist::LogPersist(Store& store, const std::atomic<std::uint64_t>& published,
                       std::optional<std::size_t> bytes)
    : store_(store),
      published_(published),
      bytes_(bytes),
      direct_left_(bytes ? 0 : kDirectBatches),
      writer_(store),
      stored_(published.load(std::memory_order_relaxed)),
      backlogs_(1) {}

void LogPersist::measure() {
    const core::StorageSize size = store_.storage().size();
    const std::uint64_t used = size.file_bytes - std::min(size.free_bytes, size.file_bytes);
    wanted_bytes_ = bytes_ ? *bytes_ : std::clamp<std::size_t>(used, kLeastLog, kMostLog);
    // Beside the cache, so a part of what that may take.
    most_waiting_ = std::clamp(store_.options().cache_bytes / 2, kLeastWaiting, kMostWaiting);
}

LogPersist::~LogPersist() {
    if (thread_.joinable()) {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        work_.notify_one();
        thread_.join();
    }
    if (log_) end();
}

bool LogPersist::failed() const { return store_.storage().failed() || (log_ && log_->failed()); }

void LogPersist::persist(std::span<const std::shared_ptr<Commit>> commits) {
    if (failed())
        throw StorageError(store_.storage().name() +
                           ": an earlier write failed; no more are accepted");
    if (!log_ || !fits_the_log(commits)) return persist_directly(commits);
    encode(commits);
    make_room();
    LoggedList taken;
    for (const auto& commit : commits) taken.push_back({commit});
    yield_point("log:appending");
    const std::size_t bytes = block_.size() * sizeof(core::Word);
    log_->append(block_);
    // -- durable: nothing throws from here on
    yield_point("log:appended");
    const std::uint64_t place = log_->end();
    for (Logged& logged : taken) {
        logged.changes.swap(logged.commit->changes);
        for (Change& change : logged.changes) change.delta = {};
        logged.place = place;
    }
    appends_.fetch_add(1, std::memory_order_relaxed);
    appended_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    logged_.splice(logged_.end(), taken);
}

bool LogPersist::fits_the_log(std::span<const std::shared_ptr<Commit>> commits) const {
    if (store_.types().has_pending() || outgrown()) return false;
    std::size_t words = 0;
    for (const auto& commit : commits)
        for (const Change& change : commit->changes) words += logged_words(change);
    return words <= log_->capacity() / kLargestShare / sizeof(core::Word);
}

void LogPersist::encode(std::span<const std::shared_ptr<Commit>> commits) {
    core::log::EntryWriter writer(block_);
    writer.begin(store_.next_object_id());
    for (const auto& commit : commits) {
        writer.add_commit({commit->number, commit->time, commit->note, commit->touched},
                          commit->changes.size());
        for (const Change& change : commit->changes) {
            if (!change.fresh) {
                writer.add_change(change.id, {});
            } else if (change.delta.empty()) {
                writer.add_change(change.id, change.fresh->row());
            } else {
                writer.add_delta(change.id, change.fresh->row(), change.delta);
            }
        }
    }
}

// Whoever finds no room makes some: so the storage's lag is bounded, and a disk that is full for the
// storage is told to those who commit.
void LogPersist::make_room() {
    const auto has_room = [&](std::size_t most_waiting) {
        const std::lock_guard lock(mutex_);
        return log_->has_room(block_.size()) && waiting_bytes() < most_waiting;
    };
    if (has_room(2 * most_waiting_)) return;
    const std::lock_guard whole(checkpointing_);
    if (has_room(most_waiting_)) return;
    checkpoint();
    if (!log_->has_room(block_.size()))
        throw StorageError(log_->name() + ": a batch of commits is larger than the commit log");
}

void LogPersist::persist_directly(std::span<const std::shared_ptr<Commit>> commits) {
    std::unique_lock whole(checkpointing_);
    if (log_) checkpoint();  // W2. All before this batch is published, so nothing is behind then
    const bool begun = !log_ && direct_left_ == 0 && begin_log();
    const bool ends = log_ && !begun && outgrown();
    try {
        Due due;
        due.add(commits);
        if (log_ && !ends) due.log = core::LogMark{log_->number(), log_->end()};
        writer_.write(std::move(due));
    } catch (...) {
        if (begun) log_.reset();  // W1: no mark names it
        throw;
    }
    if (ends) log_.reset();  // the next batch begins another one
    if (log_) log_->release(log_->end());
    if (direct_left_ != 0) --direct_left_;
    constexpr std::size_t kMeasureEach = 16;
    if (log_ && ++direct_batches_ % kMeasureEach == 0) measure();
    stored_.store(commits.back()->number.value(), std::memory_order_release);
    direct_ = std::move(whole);
}

// The log counts from the batch on that names it, which is about to be written.
bool LogPersist::begin_log() {
    try {
        measure();
        log_ = store_.storage().make_log(wanted_bytes_);
        if (log_ && !thread_.joinable()) thread_ = std::thread([this] { run(); });
    } catch (const std::exception&) {
        log_.reset();
    }
    if (!log_) direct_left_ = 1000 * kDirectBatches;  // works without; tried again then
    return log_ != nullptr;
}

void LogPersist::settle() {
    if (direct_.owns_lock()) {
        const std::unique_lock whole = std::move(direct_);
        writer_.settle();
    }
    if (!log_) return;
    {
        const std::lock_guard lock(mutex_);
        const bool first = backlogs_.back().empty();
        absorb();
        if (first || much_waits()) work_.notify_one();
    }
    if (Epoch::waiting() >= StorageWriter::kCollectFrom) Epoch::collect();
}

// Requires: mutex_. Only what is published: W2.
void LogPersist::absorb() {
    if (logged_.empty()) return;
    const Version published{published_.load(std::memory_order_seq_cst)};
    // B2: the published number was stored, now the horizon, then the pins are read.
    if (!store_.horizon().keeps_log() && logged_.front().commit->number <= published)
        store_.horizon().raise({}, std::min(published, logged_.back().commit->number));
    const Backlog::Seen seen{store_.pins().live(), store_.horizon().oldest(), store_.table(),
                             store_.horizon().keeps_log()};
    while (!logged_.empty() && logged_.front().commit->number <= published) {
        backlogs_.back().add(logged_.front(), seen);
        logged_.pop_front();
    }
}

std::size_t LogPersist::waiting_bytes() const {
    std::size_t bytes = 0;
    for (const Backlog& backlog : backlogs_) bytes += backlog.bytes();
    return bytes;
}

bool LogPersist::much_waits() const {
    return waiting_bytes() >= most_waiting_ ||
           !log_->has_room(log_->capacity() / 2 / sizeof(core::Word));
}

LogPersist::Backlogs LogPersist::take() {
    Backlogs fresh(1);
    const std::lock_guard lock(mutex_);
    absorb();
    backlogs_.swap(fresh);
    return fresh;
}

void LogPersist::put_back(Backlogs& taken) noexcept {
    taken.remove_if([](const Backlog& backlog) { return backlog.empty(); });
    const std::lock_guard lock(mutex_);
    backlogs_.splice(backlogs_.begin(), taken);
}

void LogPersist::checkpoint() {
    Backlogs taken = take();
    Due due, done;
    std::size_t rows = 0;
    std::uint64_t place = 0;
    try {
        for (Backlog& backlog : taken) {
            if (backlog.empty()) continue;
            backlog.add_to(due);
            place = backlog.place();
        }
        if (due.newest == Version{}) return;
        due.log = core::LogMark{log_->number(), place};
        yield_point("checkpoint:taken");
        done = {.newest = due.newest, .time = due.time, .log = due.log};
        rows = due.changes.size();
        store_in_steps(
            writer_, std::move(due), store_.storage().state(),
            std::min(std::min(kMostStep, most_waiting_.load()), log_->capacity()) / kStepShare);
        stored_.store(done.newest.value(), std::memory_order_release);
    } catch (...) {
        put_back(taken);
        throw;
    }
    yield_point("checkpoint:written");
    log_->release(place);
    writer_.settle();
    release_rows(done, rows);
    measure();
}

// A checkpoint puts the rows of many batches, of which only the last step released any. So that no more
// are kept from one to the next, as many are looked at here.
void LogPersist::release_rows(const Due& stored, std::size_t count) {
    for (std::size_t looked = 0; looked < count && writer_.releases_wait();
         looked += StorageWriter::kReleasedPerBatch) {
        writer_.write({.newest = stored.newest, .time = stored.time, .log = stored.log});
        writer_.settle();
    }
}

void LogPersist::catch_up() {
    const std::lock_guard whole(checkpointing_);
    if (log_) checkpoint();
}

void LogPersist::write_out() {
    const std::lock_guard whole(checkpointing_);
    if (log_) checkpoint();
    if (!writer_.owes()) return;
    Due due;
    due.newest = stored();
    due.time = store_.storage().state().time;
    if (log_) due.log = core::LogMark{log_->number(), log_->end()};
    writer_.write(std::move(due));
    writer_.settle();
}

// W4. What fails here stays in the log, and the next opening does it.
void LogPersist::end() noexcept {
    try {
        if (store_.storage().failed()) return;
        checkpoint();
        Due due;
        due.newest = stored();
        due.time = store_.storage().state().time;
        writer_.write(std::move(due));
        writer_.settle();
        log_.reset();
        yield_point("log:ending");
        store_.storage().remove_log();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
    }
}

void LogPersist::run() noexcept {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const Backlog& first = backlogs_.front();
        if (first.empty()) {
            work_.wait(lock);
            continue;
        }
        if (!much_waits() && std::chrono::steady_clock::now() < first.since() + kLongestLag) {
            work_.wait_until(lock, first.since() + kLongestLag);
            continue;
        }
        lock.unlock();
        bool failed = false;
        try {
            const std::lock_guard whole(checkpointing_);
            if (!store_.storage().failed()) checkpoint();
        } catch (const std::exception&) {
            failed = true;  // the log has it all; whoever finds no room in it is told
        }
        lock.lock();
        if (failed || store_.storage().failed())
            work_.wait_for(lock, kPauseAfterFailure, [this] { return stopping_; });
    }
}

PersistCounters LogPersist::counters() const {
    PersistCounters counters = writer_.counters();
    counters.syncs += appends_.load(std::memory_order_relaxed);
    counters.bytes_written += appended_bytes_.load(std::memory_order_relaxed);
    return counters;
}

}  // namespace vitrine::mvcc
