#pragma once

#include <atomic>
#include <set>

#include "mvcc/persist.hpp"

namespace vitrine::mvcc {

class Store;

/// Persists straight to the storage: one batch is one storage transaction.
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
///  D2. With Durability::full that moment is before publication, so a snapshot of the version that
///      was newest then may still open and need it. Such versions are still in memory: they are
///      marked as not backed, hence not evictable, until settle() has looked at the pins again. One
///      that is needed then becomes an orphan: the next batch writes its row anew, if a snapshot
///      still wants it. The bases of transactions that are committing are treated as if they
///      opened in that moment: nearly all of them are gone by the next batch.
///  D3. Only versions at or after the published one, or not older than the horizon, can become
///      pinned later; so a version that ends at or before both and has no pin in its interval will
///      never be needed.
///  D4. Every witness that has kept rows is at or above `swept_`, or in `passed_`.
class DirectPersist final : public PersistStage {
  public:
    explicit DirectPersist(Store& store);

    void persist(std::span<const std::shared_ptr<Commit>> commits) override;
    void settle() override;
    void write_out() override;
    [[nodiscard]] PersistCounters counters() const override;

  private:
    struct Superseded {
        VersionHandle version;
        Version until;
    };
    struct Plan;
    void plan_object(Plan& plan, std::span<Change* const> history);
    void plan_orphans(Plan& plan);
    void plan_kept(Plan& plan);
    bool release_kept(Plan& plan, Version witness);
    void release_tombstone(Plan& plan, const core::KeptRow& kept);
    void plan_log(Plan& plan, std::span<const std::shared_ptr<Commit>> commits);

    static constexpr std::size_t kReleasedPerBatch = 1000;
    static constexpr std::size_t kCollectFrom = 64;  // items; a collection is one system call

    Store& store_;
    Version swept_{};           // witnesses below were looked at: their rows are gone, or they are
    std::set<Version> passed_;  // here: pinned at that time
    bool log_is_empty_ = false;
    std::vector<Superseded> window_;  // erased or never written by the last batch (D2)
    std::vector<Superseded> orphans_;
    std::atomic<std::uint64_t> objects_{0}, bytes_{0}, syncs_{0};
};

}  // namespace vitrine::mvcc
