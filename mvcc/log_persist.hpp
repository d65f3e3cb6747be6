#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "core/commit_log.hpp"
#include "mvcc/backlog.hpp"
#include "mvcc/storage_writer.hpp"

namespace vitrine::mvcc {

/// Persists to a commit log: a batch is one append and one sync. The storage follows in checkpoints
/// (checkpoint.hpp): of what many batches did to an object, the last counts. A thread of the store
/// makes them, when the log is half full, when much memory waits, or after some seconds.
///
/// The log is a part of the storage's size. When the storage has outgrown it, the log ends and a
/// larger one begins.
///
/// Not everything goes through the log: not the first batches (a program that commits a few times
/// needs none), not a batch that would fill much of it, and none that brings types. Such a batch goes
/// into the storage at once, after everything that is still behind.
///
/// Invariants:
///  W1. What is durable is in the storage, or in blocks of the log from the storage's mark on: the mark
///      moves in the transaction that stores the last of what was before it, and room is released
///      after that.
///  W2. The storage gets commits in their order, and only those that are published or in the batch that
///      is just being persisted; so what D2 and D3 say of pins holds.
///  W3. The log's blocks are in the order of the commits; after one that failed in doubt there is none.
///  W4. A clean end leaves no log: the last transaction takes the mark away, then the file goes.
///
/// Source: the write-ahead log with checkpoints, as in Mohan et al., "ARIES", 1992, here redo only:
/// nothing that is not committed is ever written.
class LogPersist final : public PersistStage {
  public:
    /// `published` is the pipeline's newest visible version. `bytes`: of the log, which then begins with
    /// the first batch; nothing: it begins later, and is as large as suits the storage's size.
    LogPersist(Store& store, const std::atomic<std::uint64_t>& published,
               std::optional<std::size_t> bytes);
    ~LogPersist() override;

    void persist(std::span<const std::shared_ptr<Commit>> commits) override;
    void settle() override;
    void catch_up() override;
    void write_out() override;
    [[nodiscard]] Version stored() const override {
        return Version{stored_.load(std::memory_order_acquire)};
    }
    void recovered(Version version) override {
        stored_.store(version.value(), std::memory_order_release);
    }
    [[nodiscard]] bool failed() const override;
    [[nodiscard]] PersistCounters counters() const override;

  private:
    using Backlogs = std::list<Backlog>;
    using LoggedList = std::list<Logged, core::BlockAllocator<Logged>>;

    /// How large log and backlog should be for the storage of now.
    void measure();
    [[nodiscard]] bool fits_the_log(std::span<const std::shared_ptr<Commit>> commits) const;
    [[nodiscard]] bool outgrown() const { return log_->capacity() < wanted_bytes_ / 2; }
    void persist_directly(std::span<const std::shared_ptr<Commit>> commits);
    bool begin_log();
    void encode(std::span<const std::shared_ptr<Commit>> commits);
    void make_room();
    /// Requires: checkpointing_.
    void checkpoint();
    void release_rows(const Due& stored, std::size_t count);
    Backlogs take();
    void put_back(Backlogs& taken) noexcept;
    void absorb();
    /// Requires: mutex_. Without what a checkpoint that is under way has taken.
    [[nodiscard]] std::size_t waiting_bytes() const;
    [[nodiscard]] bool much_waits() const;
    void end() noexcept;
    void run() noexcept;

    static constexpr std::size_t kDirectBatches = 8;
    static constexpr std::size_t kLargestShare = 4;  // of the log, for a batch: one in so many
    static constexpr std::size_t kStepShare = 8;  // of log or backlog, for a step of a checkpoint
    static constexpr std::size_t kMostStep = std::size_t{64} << 20;  // before it is shared
    static constexpr std::chrono::seconds kLongestLag{5};
    static constexpr std::chrono::seconds kPauseAfterFailure{1};

    Store& store_;
    const std::atomic<std::uint64_t>& published_;
    const std::optional<std::size_t> bytes_;
    std::size_t direct_left_;                  // batches before the log begins
    std::atomic<std::size_t> most_waiting_{};  // bytes of versions
    std::atomic<std::size_t> wanted_bytes_{};  // of the log
    std::size_t direct_batches_ = 0;           // since the store was opened
    std::vector<core::Word> block_;
    // Made and ended by persist(), under checkpointing_, when no backlog waits: so whoever sees one that
    // is not empty may ask the log under mutex_ alone.
    std::unique_ptr<core::CommitLog> log_;

    std::mutex checkpointing_;  // held while the storage is written; guards writer_
    StorageWriter writer_;
    std::unique_lock<std::mutex> direct_;  // from a direct batch's plan to its settling
    std::atomic<std::uint64_t> stored_;

    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable work_;
    LoggedList logged_;  // perhaps not published yet
    Backlogs backlogs_;  // never empty; the last one takes what comes
    bool stopping_ = false;

    std::atomic<std::uint64_t> appends_{0}, appended_bytes_{0};
    std::thread thread_;
};

}  // namespace vitrine::mvcc
