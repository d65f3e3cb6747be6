#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include <boost/intrusive/list.hpp>

#include "mvcc/memory_account.hpp"
#include "mvcc/object_version.hpp"

namespace vitrine::mvcc {

/// From object id to its chain of versions, newest first: an array in three levels over the id.
/// Reading takes no lock; changing a chain takes the lock of its stripe.
///
/// Invariants:
///  T1. In a chain `born` falls, and intervals do not overlap.
///  T2. The interval of a linked version is right for every version number that is pinned or can be
///      pinned from now on.
///  T3. While a chunk is held (Hold), no version that somebody may need leaves its chains. So a
///      loader that held the chunk before its storage read began finds in the chain every commit to
///      the object that its read did not see: such a commit was linked before it was stored, and was
///      not evictable before it was stored. (The load/commit race.)
///  T4. A version with handles is never evicted; so a holder can rely on `until` being kept up.
class ObjectTable {
  public:
    explicit ObjectTable(MemoryAccount& account);
    ~ObjectTable();
    ObjectTable(const ObjectTable&) = delete;
    ObjectTable& operator=(const ObjectTable&) = delete;

    /// The linked version that covers `at`, or null. Requires: an epoch guard.
    /// `kLines`: cache lines of the newest version to start fetching before the first is looked at,
    /// for callers who will search in it: header, aux and the front of the record then arrive
    /// together instead of one after the other.
    template <unsigned kLines = 0>
    [[nodiscard]] const ObjectVersion* find(ObjectId id, Version at) const noexcept {
        const Chunk* chunk = find_chunk(id);
        if (chunk == nullptr) return nullptr;
        // acquire: partner is the release with which a version is linked (V1).
        const ObjectVersion* version =
            chunk->heads[id.value % kSlots].load(std::memory_order_acquire);
        for (unsigned line = 0; line < kLines; ++line)
            __builtin_prefetch(reinterpret_cast<const char*>(version) + line * 64);
        while (version != nullptr && at < version->born_)
            version = version->older_.load(std::memory_order_acquire);
        return version != nullptr && at < version->until() ? version : nullptr;
    }

    /// Start fetching what find() will look at, for callers that have many ids at once: first the
    /// place of the chain for all of them, then the newest version.
    void prefetch_chain(ObjectId id) const noexcept {
        if (const Chunk* chunk = find_chunk(id))
            __builtin_prefetch(&chunk->heads[id.value % kSlots]);
    }
    template <unsigned kLines>
    void prefetch_newest(ObjectId id) const noexcept {
        const Chunk* chunk = find_chunk(id);
        if (chunk == nullptr) return;
        const ObjectVersion* version =
            chunk->heads[id.value % kSlots].load(std::memory_order_acquire);
        for (unsigned line = 0; line < kLines; ++line)
            __builtin_prefetch(reinterpret_cast<const char*>(version) + line * 64);
    }

    /// Keeps the chunk of an object, and the chains in it (T3). Cost: a lock; may allocate.
    class Hold {
      public:
        Hold(ObjectTable& table, ObjectId id);
        Hold(Hold&& other) noexcept
            : table_(std::exchange(other.table_, nullptr)), id_(other.id_) {}
        Hold& operator=(Hold&&) = delete;
        ~Hold();

      private:
        ObjectTable* table_;
        ObjectId id_;
    };

    /// Links a version that was loaded from storage (taking its reference), or nothing, and returns
    /// what covers `at` then. `stored_until`: the next newer row that the same read saw.
    /// Requires: an epoch guard; a Hold from before the read.
    const ObjectVersion* link_loaded(ObjectVersion* loaded, Version stored_until, ObjectId id,
                                     Version at);

    /// Links a new newest version (sharing its reference count: the chain takes one more), closing
    /// the interval of `predecessor`, if any. Requires: a Hold; the sequencing section.
    void link_fresh(ObjectVersion& fresh, const ObjectVersion* predecessor) noexcept;
    /// Closes an interval without a successor. Requires: the sequencing section.
    void close(const ObjectVersion& version, Version until) noexcept;
    /// Takes back link_fresh or close, for a commit that failed before anybody could see it.
    void reopen(const ObjectVersion* fresh, const ObjectVersion* predecessor) noexcept;
    /// Takes out a version that nobody can see any longer, now or later.
    void unlink(const ObjectVersion& version) noexcept;

    /// Unlinks versions that are stored and that nobody holds, those not read lately first, until
    /// `bytes` are found or a bounded search ends. Returns the number of versions.
    std::size_t evict(std::size_t bytes) noexcept;
    /// All of them.
    std::size_t evict_all() noexcept;

  private:
    static constexpr std::size_t kSlotBits = 6, kMidBits = 13, kTopBits = 21;
    static constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;
    static constexpr std::size_t kMids = std::size_t{1} << kMidBits;
    static constexpr std::size_t kTops = std::size_t{1} << kTopBits;
    static constexpr std::size_t kStripes = 64;
    static constexpr std::size_t kTriesPerStripe = 64;
    // A search that meets only versions which must stay (held, not stored yet) ends after these; the
    // next one goes on from there.
    static constexpr std::size_t kTriesPerSearch = 512;
    static_assert((std::uint64_t{1} << (kSlotBits + kMidBits + kTopBits)) - 1 ==
                  core::kMaxObjectId);

    struct Chunk final : Retired {
        explicit Chunk(MemoryAccount& counted) : account(counted) { account.add(sizeof(Chunk)); }
        ~Chunk() { account.remove(sizeof(Chunk)); }
        void dispose() noexcept override {
            account.free_retired(sizeof(Chunk));
            delete this;
        }
        std::array<std::atomic<ObjectVersion*>, kSlots> heads{};
        MemoryAccount& account;
        std::uint32_t used = 0;   // chains that are not empty; guarded by the stripe
        std::uint32_t holds = 0;  // guarded by the stripe
    };
    struct Mid {
        std::array<std::atomic<Chunk*>, kMids> chunks{};
    };
    using EvictionList = boost::intrusive::list<Retired>;
    struct alignas(64) Stripe {
        std::mutex mutex;
        EvictionList linked;  // a clock: the hand is the front
    };

    [[nodiscard]] std::atomic<Chunk*>* find_place(ObjectId id) const noexcept {
        const std::uint64_t chunk = id.value >> kSlotBits;
        // acquire: partners are the releases that publish a mid and a chunk.
        Mid* mid = top_[(chunk >> kMidBits) % kTops].load(std::memory_order_acquire);
        return mid == nullptr ? nullptr : &mid->chunks[chunk % kMids];
    }
    [[nodiscard]] Chunk* find_chunk(ObjectId id) const noexcept {
        const std::atomic<Chunk*>* place = find_place(id);
        return place == nullptr ? nullptr : place->load(std::memory_order_acquire);
    }
    [[nodiscard]] Stripe& stripe(ObjectId id) noexcept {
        return stripes_[(id.value >> kSlotBits) % kStripes];
    }

    // All of these require the stripe's lock.
    Chunk& make_chunk(ObjectId id);
    void release_chunk_if_empty(Chunk& chunk, ObjectId id) noexcept;
    void insert(Chunk& chunk, ObjectVersion& version) noexcept;
    void remove(ObjectVersion& version) noexcept;
    std::size_t evict_from(Stripe& stripe, std::size_t& wanted, std::size_t& tries,
                           bool also_hot) noexcept;

    MemoryAccount& account_;
    std::atomic<Mid*>* const top_;  // mapped, so that untouched parts cost no memory
    std::atomic<std::size_t> tops_used_{0};
    std::array<Stripe, kStripes> stripes_;
    std::atomic<std::size_t> hand_{0};
};

}  // namespace vitrine::mvcc
