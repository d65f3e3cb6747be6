#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <vitrine/options.hpp>
#include <vitrine/stats.hpp>

#include "core/schema/registry.hpp"
#include "core/storage.hpp"
#include "mvcc/garbage_watch.hpp"
#include "mvcc/heap_trim.hpp"
#include "mvcc/horizon.hpp"
#include "mvcc/memory_account.hpp"
#include "mvcc/mergers.hpp"
#include "mvcc/object_table.hpp"
#include "mvcc/pins.hpp"
#include "mvcc/pipeline.hpp"
#include "mvcc/snapshot.hpp"
#include "mvcc/type_checks.hpp"

namespace vitrine::mvcc {

class Store;

/// Closes the store when the user's handle goes; the machine itself goes with the last snapshot.
struct CloseStore {
    void operator()(Store* store) const noexcept;
};
using StoreOwner = std::unique_ptr<Store, CloseStore>;

/// The machine: object table, cache, snapshots and the commit pipeline over one storage.
/// Threads: every member may be called by any thread.
class Store {
  public:
    /// Takes over the storage. `traits` name the types that a layer above prepares.
    static StoreOwner open(std::unique_ptr<core::Storage> storage, const StoreOptions& options,
                           std::span<const TypeTraits> traits);
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// The newest published commit, pinned. No lock, no I/O. Throws: std::bad_alloc.
    Snapshot snapshot();
    /// A version of the past, pinned. Throws: NotFoundError when it is not published yet,
    /// SnapshotTooOldError when the retention does not cover it.
    Snapshot snapshot_at(Version version);
    /// The newest commit not after `time`. Throws: SnapshotTooOldError. Cost: a binary search in the
    /// log of commits.
    Snapshot snapshot_at(core::Time time);
    [[nodiscard]] Version version() const;
    [[nodiscard]] Version durable_version() const;
    /// Waits until version() as of the call is durable. Throws: StorageError.
    Version flush();
    /// Waits until the storage itself has version() as of the call. Throws: StorageError.
    void write_through();
    void trim_cache();
    [[nodiscard]] Stats stats() const;

    /// Flushes, refuses all further work but reading through snapshots that are open.
    /// Throws: StorageError when the flush fails; the store is closed all the same.
    void close();
    [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_acquire); }
    /// Throws: UsageError once closed.
    void require_open() const;

    [[nodiscard]] const StoreOptions& options() const { return options_; }
    [[nodiscard]] core::schema::Registry& types() { return types_; }
    [[nodiscard]] TypeChecks& type_checks() { return type_checks_; }
    [[nodiscard]] Mergers& mergers() { return mergers_; }
    [[nodiscard]] GarbageWatch& garbage() { return garbage_; }
    [[nodiscard]] core::Storage& storage() { return *storage_; }
    [[nodiscard]] std::size_t open_snapshots() const { return pins_->count(); }

    // -- for the layers above and the parts of this one ---------------------------------------------

    /// The version that covers `at`, tombstones included; null when there is none.
    /// Requires: an Epoch guard, and a pin (or the sequencing section) that keeps `at` readable.
    const ObjectVersion* version_at(ObjectId id, Version at);
    /// The same for a node of a tree, which the caller will search in.
    const ObjectVersion* node_at(ObjectId id, Version at) {
        if (id.value - 1 >= core::kMaxObjectId) [[unlikely]]
            return nullptr;
        if (const ObjectVersion* found = table_.find<kNodeLines>(id, at)) [[likely]] {
            found->touch();
            return found;
        }
        return load(id, at, nullptr);
    }
    /// Start fetching nodes that will be asked for: the first for all of them, then the second.
    void prefetch_chain(ObjectId id) const noexcept { table_.prefetch_chain(id); }
    void prefetch_node(ObjectId id) const noexcept { table_.prefetch_newest<kNodeLines>(id); }
    /// The same, held before the budget is looked at: a version just loaded may be the first to go.
    VersionHandle hold_at(ObjectId id, Version at);
    [[nodiscard]] const TypeTraits* traits_of(TypeId type) const;
    ObjectId allocate_id();
    [[nodiscard]] std::uint64_t next_object_id() const {
        return next_id_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] core::Time time_of(Version version) const;
    [[nodiscard]] ObjectTable& table() { return table_; }
    [[nodiscard]] MemoryAccount& account() { return *account_; }
    [[nodiscard]] Pipeline& pipeline() { return *pipeline_; }
    [[nodiscard]] Pins& pins() { return *pins_; }
    [[nodiscard]] Horizon& horizon() { return horizon_; }
    [[nodiscard]] const Horizon& horizon() const { return horizon_; }
    /// Ids up to this one are never given out from now on: somebody uses them on his own.
    void reserve_ids(std::uint64_t up_to);
    /// Counts a read that was answered from memory.
    void count_hit();
    /// Drops versions until the budget holds. Called by whoever made the cache grow.
    void keep_budget();

  private:
    // Header, aux, and the heads of a leaf of 35 entries with their offsets.
    static constexpr unsigned kNodeLines = 11;

    friend struct CloseStore;
    Store(std::unique_ptr<core::Storage> storage, const StoreOptions& options,
          std::span<const TypeTraits> traits);
    ~Store();
    void recover();
    const ObjectVersion* load(ObjectId id, Version at, VersionHandle* held);
    /// Waits a little while much is evicted that a reader keeps from being freed.
    void make_way() noexcept;
    /// Why the file cannot be opened anew, for Storage::set_holders. Takes no lock.
    [[nodiscard]] std::string holders() const;
    [[nodiscard]] std::string oldest_text() const;

    const StoreOptions options_;
    std::unique_ptr<core::Storage> storage_;
    std::unordered_map<TypeId, TypeTraits> traits_;
    core::schema::Registry types_;
    TypeChecks type_checks_;
    Mergers mergers_;
    GarbageWatch garbage_{types_};
    AccountOwner account_;
    ObjectTable table_;
    PinsOwner pins_;
    Horizon horizon_;
    std::atomic<std::uint64_t> next_id_;
    struct alignas(64) Hits {
        std::atomic<std::uint64_t> count{0};
    };
    std::array<Hits, 16> hits_;  // by thread, so that counting shares nothing
    std::atomic<std::uint64_t> misses_{0};
    std::atomic<std::uint64_t> evictions_{0};
    HeapTrim heap_trim_;
    std::unique_ptr<Pipeline> pipeline_;
    std::atomic<bool> closed_{false};
};

}  // namespace vitrine::mvcc
