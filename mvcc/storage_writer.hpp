#pragma once

#include <atomic>
#include <set>

#include "mvcc/persist.hpp"

namespace vitrine::mvcc {

class Store;

/// What is to be stored in one step.
struct Due {
    std::vector<Change*> changes{};  ///< those of one object in the order of their commits
    /// For the log of commits; where the retention keeps none, some may be missing.
    std::vector<std::shared_ptr<Commit>> commits{};
    Version newest;
    core::Time time;
    std::optional<core::LogMark> log{};          ///< where the commits that come after these begin
    std::optional<core::CheckpointStep> step{};  ///< set: of a checkpoint that goes on after this
    bool only_rows = false;  ///< nothing of old is released, and no commit gets into the log

    void add(std::span<const std::shared_ptr<Commit>> more);
};

/// The history of one object stays in the order of its commits.
void sort_by_id(std::vector<Change*>& changes);

/// Brings commits into the storage: those that are due at one time are one storage transaction. One
/// thread at a time.
///
/// A superseded row is erased in the transaction that supersedes it, unless the retention covers a
/// part of its interval or a pinned snapshot falls into it. Then it is kept, and the storage notes
/// for which version (the witness): the last one of the interval, or the snapshot's. When the
/// witness is neither retained nor pinned any longer, the row is looked at again. A tombstone is
/// kept with its own version as the witness: when nobody can see that and no older row of the object
/// is left, absence needs no row.
///
/// Invariants:
///  D1. A row is erased only when no lasting pin was in its interval when the batch was put together.
///  D2. Where commits are stored before they are published, a snapshot of the version that was newest
///      then may still open and need it. Such versions are still in memory: they are
///      marked as not backed, hence not evictable, until settle() has looked at the pins again. One
///      that is needed then becomes an orphan: the next batch writes its row anew, if a snapshot
///      still wants it. The bases of transactions that are committing are treated as if they
///      opened in that moment: nearly all of them are gone by the next batch.
///  D3. Only versions at or after the published one, or not older than the horizon, can become
///      pinned later; so a version that ends at or before both and has no pin in its interval will
///      never be needed.
///  D4. Every witness that has kept rows is at or above `swept_`, or in `passed_`.
class StorageWriter {
  public:
    static constexpr std::size_t kCollectFrom = 64;  // items; a collection is one system call
    /// A batch looks at so many kept rows, and at one for each that it puts.
    static constexpr std::size_t kReleasedPerBatch = 1000;

    explicit StorageWriter(Store& store) : store_(store) {}

    /// Stores the commits, all or none. Throws: StorageError, std::bad_alloc; then their changes are
    /// as before the call.
    void write(Due due);
    /// Called after write(), once the commits are published: see D2. Throws: std::bad_alloc; then the
    /// next write() does it.
    void settle();
    /// Whether only memory has versions that somebody still sees.
    [[nodiscard]] bool owes() const { return !window_.empty() || !orphans_.empty(); }
    /// Whether the last batch left kept rows that could have gone.
    [[nodiscard]] bool releases_wait() const { return releases_wait_; }
    [[nodiscard]] PersistCounters counters() const;

  private:
    struct Superseded {
        VersionHandle version;
        Version until;
    };
    struct Plan;
    void plan_object(Plan& plan, std::span<Change* const> history);
    void plan_orphans(Plan& plan);
    void plan_kept(Plan& plan, bool release_none);
    bool release_kept(Plan& plan, Version witness);
    void release_tombstone(Plan& plan, const core::KeptRow& kept);
    void plan_log(Plan& plan, std::span<const std::shared_ptr<Commit>> commits);

    Store& store_;
    Version swept_{};           // witnesses below were looked at: their rows are gone, or they are
    std::set<Version> passed_;  // here: pinned at that time
    bool releases_wait_ = false;
    bool log_is_empty_ = false;
    std::vector<Superseded> window_;  // erased or never written by the last batch (D2)
    std::vector<Superseded> orphans_;
    std::atomic<std::uint64_t> objects_{0}, bytes_{0}, syncs_{0};
};

}  // namespace vitrine::mvcc
