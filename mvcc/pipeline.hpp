#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <vitrine/options.hpp>

#include "core/function_ref.hpp"
#include "core/log/log_entry.hpp"
#include "mvcc/commit_queue.hpp"
#include "mvcc/snapshot.hpp"

namespace vitrine::mvcc {

struct PipelineCounters {
    std::uint64_t commits = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t batches = 0;
    PersistCounters persist{};
};

/// Sequence, persist, publish.
///
/// Invariants:
///  L1. Numbers are given in the sequencing section, one lock, in the order in which commits are
///      linked, persisted and published.
///  L2. Under Durability::full published <= durable, which moves first, by an instant; under deferred
///      durable <= published. Both <= sequenced.
///  L3. A commit is linked into the chains before it is published, so that whoever sees the number
///      finds its versions: the store of `published_` (seq_cst) is the partner of the load in
///      Pins::open.
///  L4. A failed batch takes with it every commit sequenced after it, newest first; none of them was
///      visible (full). Visible commits never disappear: under deferred the store stops writing.
/// Lock order: mvcc/README.md.
class Pipeline final : public CommitSink {
  public:
    Pipeline(Store& store, const StoreOptions& options, const core::StorageState& state);
    ~Pipeline();

    /// Runs `sequence` in the sequencing section and carries its changes through. Returns the new
    /// version; `base`'s when it wrote nothing; the newest, in which it is so already, when what it
    /// wrote changes nothing. Throws: ConflictError (the winner is visible
    /// then), StorageError, UsageError.
    Version commit(const Snapshot& base, Isolation isolation,
                   core::FunctionRef<void(CommitContext&)> sequence, std::string_view note = {});
    void flush();

    [[nodiscard]] const std::atomic<std::uint64_t>& published() const { return published_; }
    [[nodiscard]] Version durable() const {
        return Version{durable_.load(std::memory_order_acquire)};
    }
    /// Waits until the storage itself has what is published at the call. Throws: StorageError.
    void catch_up();
    /// Brings all that is published into the storage, and superseded versions that only memory has
    /// and somebody sees (StorageWriter, D2). Requires: hold_batches(). Throws: StorageError.
    void write_out() { stage_->write_out(); }
    /// Whether batches go through a commit log, now or later.
    [[nodiscard]] bool has_log() const { return has_log_; }
    /// Up to here the storage itself has all commits.
    [[nodiscard]] Version stored() const { return stage_->stored(); }
    /// Brings the commits of the log that a crash left into the storage. Called once, before anybody
    /// else knows of the store. Throws: StorageError, CorruptionError.
    void recover();
    /// While it is held, no batch is persisted or published. To be held for moments: commits wait.
    [[nodiscard]] std::unique_lock<std::mutex> hold_batches() {
        return std::unique_lock(completing_);
    }
    [[nodiscard]] core::Time time_of(Version version) const;
    /// Takes the time of a pinned version of the past out of the log, which may be cut.
    void keep_time(Version version);
    [[nodiscard]] PipelineCounters counters() const;

  private:
    Version try_commit(const Snapshot& base, Isolation isolation,
                       core::FunctionRef<void(CommitContext&)> sequence, std::string_view note);
    /// Numbers a commit, links it and queues it. Requires: the sequencing section. Throws:
    /// std::bad_alloc, before anything is linked.
    void push(CommitContext& context, CommitList&& one, std::string_view note);
    /// For a commit that found everything as it wants it: until the version in which it found it
    /// is visible. Throws: StorageError when a batch has failed since.
    Version await(Version version, std::uint64_t failures);
    void complete(const CommitList& batch) override;
    void fail(CommitList& batch, const std::exception_ptr& failure) noexcept override;
    void require_writable() const;
    void remember_time(Version number, core::Time time);
    void forget_times();
    /// What it did to objects below `from` is in the storage already.
    std::shared_ptr<Commit> redo(const core::log::LoggedCommit& logged, ObjectId from);
    void roll_back(const Commit& commit) noexcept;

    Store& store_;
    const bool deferred_;
    const bool read_only_;
    const bool has_log_;
    std::mutex sequencing_;
    Version sequenced_;            // guarded by sequencing_
    core::Time last_time_;         // guarded by sequencing_
    RecentChanges recent_;         // guarded by sequencing_
    std::uint64_t failures_ = 0;   // guarded by sequencing_: batches that were rolled back
    std::exception_ptr refusing_;  // guarded by sequencing_: why no more commits are taken
    std::mutex completing_;        // held from a batch's plan to its settling
    std::atomic<std::uint64_t> published_;
    std::atomic<std::uint64_t> durable_;

    mutable std::mutex times_mutex_;
    std::vector<std::pair<Version, core::Time>> times_;  // of versions that can be asked for
    Version times_up_to_;  // with a log of commits: of what it had been cut by the last time

    std::atomic<std::uint64_t> commits_{0}, conflicts_{0}, batches_{0};
    std::unique_ptr<PersistStage> stage_;
    std::unique_ptr<CommitQueue> queue_;  // last: its thread uses the rest
};

}  // namespace vitrine::mvcc
