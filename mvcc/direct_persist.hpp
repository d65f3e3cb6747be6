#pragma once

#include <atomic>
#include <set>

#include "mvcc/persist.hpp"

namespace vitrine::mvcc {

class Store;

/// Persists straight to the storage: one batch is one storage transaction.
///
/// A superseded row is erased in the transaction that supersedes it, unless a pinned snapshot falls
/// into its interval; then it is kept, and the storage notes for which snapshot (the witness).
///
/// Invariants:
///  D1. A row is erased only when no lasting pin was in its interval when the batch was put together.
///  D2. With Durability::full that moment is before publication, so a snapshot of the version that
///      was newest then may still open and need it. Such versions are still in memory: they are
///      marked as not backed, hence not evictable, until settle() has looked at the pins again. One
///      that is needed then becomes an orphan: the next batch writes its row anew, if a snapshot
///      still wants it. The bases of transactions that are committing are treated as if they
///      opened in that moment: nearly all of them are gone by the next batch.
///  D3. Only versions at or after the published one can become pinned later; so a version that ends
///      at or before the published one and has no pin in its interval will never be needed.
class DirectPersist final : public PersistStage {
  public:
    explicit DirectPersist(Store& store);

    void persist(std::span<const std::shared_ptr<Commit>> commits) override;
    void settle() override;
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

    static constexpr std::size_t kReleasedPerBatch = 1000;
    static constexpr std::size_t kCollectFrom = 64;  // items; a collection is one system call

    Store& store_;
    std::set<Version> witnesses_;     // versions for which the storage keeps rows
    std::vector<Superseded> window_;  // erased or never written by the last batch (D2)
    std::vector<Superseded> orphans_;
    std::atomic<std::uint64_t> objects_{0}, bytes_{0}, syncs_{0};
};

}  // namespace vitrine::mvcc
