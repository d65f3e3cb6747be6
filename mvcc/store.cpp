#include "mvcc/store.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <vitrine/error.hpp>

#include "core/block_pool.hpp"
#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {
namespace {

constexpr const char* kClosing = "the store is being closed in this process";

Retention rule_of(const StoreOptions& options, const core::StorageState& stored) {
    return options.retention && !options.read_only ? *options.retention : stored.history.retention;
}

/// A rule that is new is stored at once. The newest version is the first that it keeps, so that its
/// time must be in the log.
void store_retention(core::Storage& storage, const Horizon& horizon) {
    const core::StorageState state = storage.state();
    if (state.history.retention == horizon.rule()) return;
    core::Batch batch;
    batch.newest = state.newest;
    batch.time = state.time;
    batch.next_object_id = state.next_object_id;
    batch.history = {horizon.rule(), horizon.oldest()};
    batch.log = state.log;
    batch.step = state.step;
    if (horizon.keeps_log() && !storage.next_commit(state.newest))
        batch.commits.push_back({state.newest, state.time});
    storage.write(batch);
}

}  // namespace

void CloseStore::operator()(Store* store) const noexcept {
    try {
        store->close();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
        // A destructor has nobody to tell; close() is there for those who want to know.
    }
    store->pins_->shut();
}

StoreOwner Store::open(std::unique_ptr<core::Storage> storage, const StoreOptions& options,
                       std::span<const TypeTraits> traits) {
    return StoreOwner(new Store(std::move(storage), options, traits));
}

Store::Store(std::unique_ptr<core::Storage> storage, const StoreOptions& options,
             std::span<const TypeTraits> traits)
    : options_(options),
      storage_(std::move(storage)),
      types_(storage_->types()),
      account_(MemoryAccount::make()),
      table_(*account_),
      pins_(new Pins(*this, [this] { delete this; })),
      horizon_(*storage_, rule_of(options, storage_->state()), storage_->state()),
      next_id_(std::max(storage_->state().next_object_id, core::kFirstFreeId)) {
    for (const TypeTraits& one : traits) traits_.emplace(one.type, one);
    store_retention(*storage_, horizon_);
    pipeline_ = std::make_unique<Pipeline>(*this, options_, storage_->state());
    if (storage_->state().log) recover();
    storage_->set_holders([this] { return holders(); });  // last: nothing throws after it
}

void Store::recover() {
    if (options_.read_only)
        throw StorageError(storage_->name() +
                           ": a crash left commits in the store's log: it has to be opened for "
                           "writing once");
    pipeline_->recover();
    keep_budget();
}

Store::~Store() {
    // A second opening may be asking: from here on it gets an answer that needs no store.
    storage_->set_holders([] { return std::string(kClosing); });
    pipeline_.reset();  // its thread uses everything else
    Epoch::collect();
}

Snapshot Store::snapshot() {
    require_open();
    return Snapshot(pins_->open(pipeline_->published()));
}

Snapshot Store::snapshot_at(Version version) {
    Snapshot newest = snapshot();
    if (newest.version() == version) return newest;
    if (newest.version() < version)
        throw NotFoundError("there is no version " + std::to_string(version.value()) +
                            " yet: the newest is " + std::to_string(newest.version().value()));
    if (PinSlot* pin = pins_->open_at(version, horizon_.place())) {
        Snapshot past(pin);
        pipeline_->keep_time(version);
        return past;
    }
    throw SnapshotTooOldError("version " + std::to_string(version.value()) +
                              " is no longer kept: " + oldest_text());
}

Snapshot Store::snapshot_at(core::Time time) {
    Snapshot newest = snapshot();
    if (newest.time() <= time) return newest;
    // The commit wanted is in [low, high): times rise with the versions.
    std::uint64_t low = horizon_.oldest().value();
    std::uint64_t high = newest.version().value();
    const auto too_old = [this] {
        return SnapshotTooOldError("no version as old as the time asked for is kept: " +
                                   oldest_text());
    };
    try {
        if (low >= high || time_of(Version{low}) > time) throw too_old();
        while (high - low > 1) {
            const std::uint64_t middle = low + (high - low) / 2;
            (time_of(Version{middle}) <= time ? low : high) = middle;
        }
    } catch (const NotFoundError&) {
        throw too_old();  // the retention moved on meanwhile
    }
    return snapshot_at(Version{low});
}

std::string Store::oldest_text() const {
    if (!horizon_.keeps_log()) return "the store keeps no history";
    return "the oldest is " + std::to_string(horizon_.oldest().value());
}

void Store::reserve_ids(std::uint64_t up_to) {
    if (up_to > core::kMaxObjectId)
        throw UsageError("object #" + std::to_string(up_to) + ": ids end at " +
                         std::to_string(core::kMaxObjectId));
    std::uint64_t next = next_id_.load(std::memory_order_relaxed);
    while (next <= up_to &&
           !next_id_.compare_exchange_weak(next, up_to + 1, std::memory_order_relaxed)) {
    }
}

Version Store::version() const {
    return Version{pipeline_->published().load(std::memory_order_acquire)};
}

Version Store::durable_version() const { return pipeline_->durable(); }

Version Store::flush() {
    const Version target = version();
    pipeline_->flush();
    return target;
}

void Store::write_through() {
    if (!options_.read_only) pipeline_->catch_up();
}

void Store::close() {
    if (closed_.exchange(true, std::memory_order_acq_rel)) return;
    pipeline_->flush();
    write_through();
}

void Store::require_open() const {
    if (closed()) throw UsageError("the store is closed");
}

std::string Store::holders() const {
    if (!closed()) return {};
    const std::size_t count = open_snapshots();
    if (count == 0) return kClosing;
    return "the store is closed but still held by " + std::to_string(count) +
           (count == 1 ? " snapshot" : " snapshots");
}

const ObjectVersion* Store::version_at(ObjectId id, Version at) {
    // Ids come from references, which may be anything; the table only takes real ones.
    if (id.value - 1 >= core::kMaxObjectId) [[unlikely]]
        return nullptr;
    if (const ObjectVersion* found = table_.find(id, at)) [[likely]] {
        found->touch();
        return found;
    }
    return load(id, at, nullptr);
}

VersionHandle Store::hold_at(ObjectId id, Version at) {
    if (id.value - 1 >= core::kMaxObjectId) [[unlikely]]
        return {};
    if (const ObjectVersion* found = table_.find(id, at)) [[likely]] {
        found->touch();
        if (found->try_acquire()) {
            count_hit();
            return VersionHandle::adopt(found);
        }
        // Evicted between finding and holding it: loaded anew.
    }
    VersionHandle held;
    load(id, at, &held);
    return held;
}

const ObjectVersion* Store::load(ObjectId id, Version at, VersionHandle* held) {
    const ObjectVersion* found = nullptr;
    {
        const ObjectTable::Hold hold(table_, id);  // before the read: T3
        yield_point("load:held");
        ObjectVersion* loaded = nullptr;
        const core::Storage::Reading reading = storage_->read(id, at, [&](Version born, Words row) {
            loaded = ObjectVersion::load(*account_, row.empty() ? nullptr : traits_of(row[0]), id,
                                         born, row);
        });
        yield_point("load:read");
        found = table_.link_loaded(loaded, reading.until, id, at);
        // Nothing is evicted under the hold, so this succeeds.
        if (held != nullptr && found != nullptr && found->try_acquire())
            *held = VersionHandle::adopt(found);
        if (loaded != nullptr) misses_.fetch_add(1, std::memory_order_relaxed);
    }
    keep_budget();
    make_way();
    return found;
}

// A thread that the system interrupted amid a read keeps what others evict from being freed; on a
// busy machine they load the cache's size many times over until it runs again. So they make way.
void Store::make_way() noexcept {
    constexpr int kYields = 32;
    constexpr int kTurns = kYields + 100;
    constexpr std::chrono::microseconds kPause(100);
    const std::size_t limit = (1 << 20) + options_.cache_bytes / 16;
    for (int turn = 0; turn < kTurns && account_->retired_bytes() > limit; ++turn) {
        Epoch::collect();
        if (!Epoch::waits_for_a_call()) return;
        if (turn < kYields) {
            std::this_thread::yield();
        } else {
            std::this_thread::sleep_for(kPause);  // it may be waiting for another processor
        }
    }
}

void Store::keep_budget() {
    const std::size_t bytes = account_->bytes();
    const std::size_t retired = account_->retired_bytes();
    if (bytes <= options_.cache_bytes) return;
    const std::size_t linked = bytes - std::min(bytes, retired);
    if (linked > options_.cache_bytes) {
        // A little more than necessary, so that not every load has to look.
        const std::size_t slack = std::min<std::size_t>(options_.cache_bytes / 16, 1 << 20);
        const std::size_t surplus = linked - options_.cache_bytes + slack;
        const std::size_t count = table_.evict(surplus);
        evictions_.fetch_add(count, std::memory_order_relaxed);
        heap_trim_.evicted(surplus, bytes, options_.cache_bytes);
    }
    Epoch::collect();
}

void Store::trim_cache() {
    evictions_.fetch_add(table_.evict_all(), std::memory_order_relaxed);
    Epoch::collect();
    core::BlockPool::drain();
}

void Store::count_hit() {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t mine = threads.fetch_add(1, std::memory_order_relaxed);
    hits_[mine % hits_.size()].count.fetch_add(1, std::memory_order_relaxed);
}

const TypeTraits* Store::traits_of(TypeId type) const {
    const auto found = traits_.find(type);
    return found == traits_.end() ? nullptr : &found->second;
}

ObjectId Store::allocate_id() {
    const std::uint64_t id = next_id_.fetch_add(1, std::memory_order_relaxed);
    if (id > core::kMaxObjectId) throw StorageError("the store has no object ids left");
    return ObjectId{id};
}

core::Time Store::time_of(Version version) const { return pipeline_->time_of(version); }

Stats Store::stats() const {
    const PipelineCounters counters = pipeline_->counters();
    const core::StorageSize size = storage_->size();
    Stats stats;
    stats.commits = counters.commits;
    stats.conflicts = counters.conflicts;
    stats.batches = counters.batches;
    stats.syncs = counters.persist.syncs;
    stats.cache_bytes = account_->bytes();
    for (const auto& hits : hits_) stats.cache_hits += hits.count.load(std::memory_order_relaxed);
    stats.cache_misses = misses_.load(std::memory_order_relaxed);
    stats.evictions = evictions_.load(std::memory_order_relaxed);
    stats.open_snapshots = pins_->count();
    const std::vector<Version> pins = pins_->live();
    stats.oldest_snapshot = pins.empty() ? version() : pins.front();
    if (!pins.empty()) {
        try {
            stats.oldest_snapshot_age = std::chrono::system_clock::now() - time_of(pins.front());
        } catch (const NotFoundError&) {  // NOLINT(bugprone-empty-catch): closed meanwhile
        }
    }
    stats.file_bytes = size.file_bytes + size.log_bytes;
    stats.free_bytes = size.free_bytes;
    stats.log_bytes = size.log_bytes;
    stats.objects_written = counters.persist.objects_written;
    stats.bytes_written = counters.persist.bytes_written;
    return stats;
}

}  // namespace vitrine::mvcc
