#include "mvcc/object_table.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <memory>
#include <new>

#include "core/assert.hpp"
#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {
namespace {

void* map_zeroed(std::size_t bytes) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return memory;
}

ObjectVersion& mutable_version(const ObjectVersion& version) {
    return const_cast<ObjectVersion&>(version);  // only the links change, never what readers read
}

}  // namespace

ObjectTable::ObjectTable(MemoryAccount& account)
    : account_(account),
      top_(static_cast<std::atomic<Mid*>*>(map_zeroed(kTops * sizeof(std::atomic<Mid*>)))) {}

ObjectTable::~ObjectTable() {
    // No snapshot is open, so no reader is here; handles may still hold versions.
    for (Stripe& stripe : stripes_)
        stripe.linked.clear_and_dispose(
            [](Retired* item) { static_cast<ObjectVersion*>(item)->release(); });
    for (std::size_t t = 0; t < tops_used_.load(std::memory_order_relaxed); ++t) {
        Mid* mid = top_[t].load(std::memory_order_relaxed);
        if (mid == nullptr) continue;
        for (auto& place : mid->chunks)
            if (Chunk* chunk = place.load(std::memory_order_relaxed)) delete chunk;
        delete mid;
    }
    ::munmap(top_, kTops * sizeof(std::atomic<Mid*>));
}

ObjectTable::Chunk& ObjectTable::make_chunk(ObjectId id) {
    VITRINE_ASSERT(id.value <= core::kMaxObjectId, id.value);
    const std::uint64_t number = id.value >> kSlotBits;
    std::atomic<Mid*>& top = top_[(number >> kMidBits) % kTops];
    Mid* mid = top.load(std::memory_order_acquire);
    if (mid == nullptr) {
        auto fresh = std::make_unique<Mid>();
        // Other stripes share the mid, so their locks do not protect it: the first one wins.
        if (top.compare_exchange_strong(mid, fresh.get(), std::memory_order_acq_rel))
            mid = fresh.release();
        std::size_t used = tops_used_.load(std::memory_order_relaxed);
        const std::size_t mine = (number >> kMidBits) % kTops + 1;
        while (used < mine && !tops_used_.compare_exchange_weak(used, mine)) {
        }
    }
    std::atomic<Chunk*>& place = mid->chunks[number % kMids];
    Chunk* chunk = place.load(std::memory_order_relaxed);
    if (chunk == nullptr) {
        chunk = new Chunk(account_);
        place.store(chunk, std::memory_order_release);
    }
    return *chunk;
}

void ObjectTable::release_chunk_if_empty(Chunk& chunk, ObjectId id) noexcept {
    if (chunk.used != 0 || chunk.holds != 0) return;
    find_place(id)->store(nullptr, std::memory_order_release);
    account_.retire(sizeof(Chunk));
    Epoch::retire(chunk);
}

ObjectTable::Hold::Hold(ObjectTable& table, ObjectId id) : table_(&table), id_(id) {
    const std::lock_guard lock(table.stripe(id).mutex);
    ++table.make_chunk(id).holds;
}

ObjectTable::Hold::~Hold() {
    if (table_ == nullptr) return;
    const std::lock_guard lock(table_->stripe(id_).mutex);
    Chunk& chunk = *table_->find_chunk(id_);
    --chunk.holds;
    table_->release_chunk_if_empty(chunk, id_);
}

void ObjectTable::insert(Chunk& chunk, ObjectVersion& version) noexcept {
    std::atomic<ObjectVersion*>* link = &chunk.heads[version.id_.value % kSlots];
    ObjectVersion* next = link->load(std::memory_order_relaxed);
    if (next == nullptr) ++chunk.used;
    while (next != nullptr && version.born_ < next->born_) {
        link = &next->older_;
        next = link->load(std::memory_order_relaxed);
    }
    version.older_.store(next, std::memory_order_relaxed);
    version.linked_ = true;
    link->store(&version, std::memory_order_release);  // partner: the acquires in find()
    stripe(version.id_).linked.push_back(version);
}

void ObjectTable::remove(ObjectVersion& version) noexcept {
    Chunk& chunk = *find_chunk(version.id_);
    std::atomic<ObjectVersion*>* link = &chunk.heads[version.id_.value % kSlots];
    while (link->load(std::memory_order_relaxed) != &version)
        link = &link->load(std::memory_order_relaxed)->older_;
    ObjectVersion* older = version.older_.load(std::memory_order_relaxed);
    link->store(older, std::memory_order_release);
    if (chunk.heads[version.id_.value % kSlots].load(std::memory_order_relaxed) == nullptr)
        --chunk.used;
    version.linked_ = false;
    EvictionList& list = stripe(version.id_).linked;
    list.erase(list.iterator_to(version));
    account_.retire(version.bytes());
    const ObjectId id = version.id_;
    Epoch::retire(version);
    release_chunk_if_empty(chunk, id);
}

const ObjectVersion* ObjectTable::link_loaded(ObjectVersion* loaded, Version stored_until,
                                              ObjectId id, Version at) {
    const std::lock_guard lock(stripe(id).mutex);
    Chunk& chunk = *find_chunk(id);
    if (loaded != nullptr) {
        Version until = stored_until;
        const ObjectVersion* same = nullptr;
        for (const ObjectVersion* v =
                 chunk.heads[id.value % kSlots].load(std::memory_order_relaxed);
             v != nullptr && v->born_ >= loaded->born_;
             v = v->older_.load(std::memory_order_relaxed)) {
            if (v->born_ == loaded->born_) {
                same = v;
            } else {
                until = std::min(until, v->born_);  // T3: every commit that the read did not see
            }
        }
        if (same != nullptr) {
            loaded->release();  // another loader won; nobody knows ours
        } else {
            loaded->until_.store(until.value(), std::memory_order_relaxed);
            loaded->set_backed(true);
            insert(chunk, *loaded);
        }
    }
    return find(id, at);
}

void ObjectTable::link_fresh(ObjectVersion& fresh, const ObjectVersion* predecessor) noexcept {
    const std::lock_guard lock(stripe(fresh.id_).mutex);
    if (predecessor != nullptr)
        mutable_version(*predecessor).until_.store(fresh.born_.value(), std::memory_order_relaxed);
    yield_point("link:fresh");
    const bool held = fresh.try_acquire();
    VITRINE_ASSERT(held, fresh.id_.value);
    insert(*find_chunk(fresh.id_), fresh);
}

void ObjectTable::close(const ObjectVersion& version, Version until) noexcept {
    const std::lock_guard lock(stripe(version.id_).mutex);
    mutable_version(version).until_.store(until.value(), std::memory_order_relaxed);
}

void ObjectTable::reopen(const ObjectVersion* fresh, const ObjectVersion* predecessor) noexcept {
    const ObjectId id = fresh != nullptr ? fresh->id_ : predecessor->id_;
    const std::lock_guard lock(stripe(id).mutex);
    if (fresh != nullptr) {
        // A loader may have linked another copy of the predecessor's row: whatever ends where the
        // failed commit began is open again.
        if (ObjectVersion* older = fresh->older_.load(std::memory_order_relaxed);
            older != nullptr && older->until() == fresh->born_)
            older->until_.store(core::kOpen.value(), std::memory_order_relaxed);
        if (fresh->linked_) remove(mutable_version(*fresh));
    }
    if (predecessor != nullptr)
        mutable_version(*predecessor).until_.store(core::kOpen.value(), std::memory_order_relaxed);
}

void ObjectTable::unlink(const ObjectVersion& version) noexcept {
    const std::lock_guard lock(stripe(version.id_).mutex);
    if (version.linked_) remove(mutable_version(version));
}

std::size_t ObjectTable::evict_from(Stripe& stripe, std::size_t& wanted, std::size_t& tries,
                                    bool also_hot) noexcept {
    const std::lock_guard lock(stripe.mutex);
    std::size_t evicted = 0;
    for (std::size_t left = stripe.linked.size(); left != 0 && tries != 0 && wanted != 0;
         --left, --tries) {
        auto& version = static_cast<ObjectVersion&>(stripe.linked.front());
        const bool recent = version.hot_.exchange(false, std::memory_order_relaxed);
        std::uint32_t only_ours = 1;
        const bool may_go =
            (also_hot || !recent) && version.backed() && find_chunk(version.id_)->holds == 0 &&
            // T4: whoever got a handle meanwhile makes this fail; whoever comes
            // later fails to get one, and loads the version anew.
            version.refs_.compare_exchange_strong(only_ours, 0, std::memory_order_acq_rel);
        if (may_go) {
            yield_point("evict:chosen");
            wanted -= std::min(wanted, version.bytes());
            remove(version);
            ++evicted;
        } else {
            stripe.linked.splice(stripe.linked.end(), stripe.linked, stripe.linked.begin());
        }
    }
    return evicted;
}

std::size_t ObjectTable::evict(std::size_t bytes) noexcept {
    std::size_t evicted = 0;
    std::size_t left = kTriesPerSearch;
    // Twice around: the first may only take the marks off.
    for (std::size_t i = 0; i < 2 * kStripes && left != 0 && bytes != 0; ++i) {
        std::size_t tries = std::min(left, kTriesPerStripe);
        left -= tries;
        evicted += evict_from(stripes_[hand_.fetch_add(1, std::memory_order_relaxed) % kStripes],
                              bytes, tries, false);
        left += tries;
    }
    return evicted;
}

std::size_t ObjectTable::evict_all() noexcept {
    std::size_t evicted = 0;
    for (Stripe& stripe : stripes_) {
        std::size_t everything = ~std::size_t{0};
        std::size_t tries = everything;
        evicted += evict_from(stripe, everything, tries, true);
    }
    return evicted;
}

}  // namespace vitrine::mvcc
