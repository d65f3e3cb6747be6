#include "mvcc/epoch.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include <linux/membarrier.h>

#include "core/thread_end.hpp"
#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {
namespace {

using RetiredList = boost::intrusive::list<Retired>;

int membarrier(int command) { return static_cast<int>(::syscall(SYS_membarrier, command, 0, 0)); }

// Everything is reached through this one object, which is never destroyed: versions may be dropped by
// destructors of static objects.
struct Domain {
    std::atomic<std::uint64_t> now{1};
    std::atomic<EpochSlot*> slots{nullptr};
    const bool asymmetric = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;

    std::mutex retired_mutex;  // guards `retired`; `now` advances under it
    RetiredList retired;
    std::size_t waiting = 0;
    std::mutex collecting;  // one collector at a time

    // For threads that begin to read when there is no memory.
    std::array<EpochSlot, 64> reserve;
    std::atomic<std::size_t> reserve_used{0};
};

Domain& domain() {
    // In place: the first call may be one that must not fail.
    alignas(Domain) static std::byte place[sizeof(Domain)];
    static Domain& instance = *new (place) Domain;
    return instance;
}

// No destructor, so that it can be used as long as the thread runs: snapshots are also dropped by the
// destructors of thread-local and static objects, which may run after ours.
// `ending`: the slot goes back after each guard, since nobody will do it when the thread has ended.
struct ThreadSlot {
    EpochSlot* slot;
    unsigned depth;
    bool ending;
};
thread_local constinit ThreadSlot thread_slot{};

void on_thread_end(void*) {
    thread_slot.ending = true;
    if (thread_slot.slot != nullptr && thread_slot.depth == 0)
        Epoch::give_back(std::exchange(thread_slot.slot, nullptr));
}

/// False when on_thread_end() will not be called: there is no memory.
bool arm_thread_end() noexcept {
    static const core::ThreadEnd end(on_thread_end);
    return end.arm(&thread_slot);
}

EpochSlot* make_slot() noexcept {
    if (auto* fresh = new (std::nothrow) EpochSlot) return fresh;
    Domain& d = domain();
    const std::size_t used = d.reserve_used.fetch_add(1, std::memory_order_relaxed);
    if (used < d.reserve.size()) return &d.reserve[used];
    d.reserve_used.store(d.reserve.size(), std::memory_order_relaxed);
    return nullptr;
}

EpochSlot* take_free_slot(Domain& d, EpochSlot::Use use) noexcept {
    for (EpochSlot* slot = d.slots.load(std::memory_order_acquire); slot != nullptr;
         slot = slot->next.load(std::memory_order_relaxed)) {
        // acquire: partner is give_back's release, which ends the former owner's use.
        if (!slot->taken.load(std::memory_order_relaxed) &&
            !slot->taken.exchange(true, std::memory_order_acquire)) {
            slot->use.store(use, std::memory_order_relaxed);
            return slot;
        }
    }
    return nullptr;
}

}  // namespace

EpochSlot* Epoch::take_slot(EpochSlot::Use use) {
    Domain& d = domain();
    EpochSlot* fresh = nullptr;
    do {
        if (EpochSlot* free = take_free_slot(d, use)) return free;
        fresh = make_slot();
        if (fresh == nullptr) std::this_thread::yield();  // until a reader leaves
    } while (fresh == nullptr);
    fresh->taken.store(true, std::memory_order_relaxed);
    fresh->use.store(use, std::memory_order_relaxed);
    EpochSlot* first = d.slots.load(std::memory_order_relaxed);
    do fresh->next.store(first, std::memory_order_relaxed);
    while (!d.slots.compare_exchange_weak(first, fresh, std::memory_order_release,
                                          std::memory_order_relaxed));
    return fresh;
}

void Epoch::give_back(EpochSlot* slot) noexcept {
    slot->taken.store(false, std::memory_order_release);
}

void Epoch::enter(EpochSlot& slot) noexcept {
    Domain& d = domain();
    // acquire: partner is collect's release increment. A slot that carries epoch e sees every unlink
    // that was retired before e began, so its owner cannot reach what was retired then.
    const std::uint64_t now = d.now.load(std::memory_order_acquire);
    if (d.asymmetric) [[likely]] {
        slot.entered.store(now, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);  // partner: membarrier in collect
    } else {
        slot.entered.exchange(now, std::memory_order_seq_cst);  // partner: the same in collect
    }
}

void Epoch::leave(EpochSlot& slot) noexcept {
    // release: partner is collect's acquire load; our last use comes before the disposal.
    slot.entered.store(0, std::memory_order_release);
}

void Epoch::retire(Retired& item) noexcept {
    Domain& d = domain();
    yield_point("retire:unlinked");
    const std::lock_guard lock(d.retired_mutex);
    item.retired_at_ = d.now.load(std::memory_order_relaxed);
    d.retired.push_back(item);
    ++d.waiting;
}

void Epoch::collect() noexcept {
    Domain& d = domain();
    RetiredList safe;
    {
        const std::unique_lock collecting(d.collecting, std::try_to_lock);
        if (!collecting.owns_lock()) return;
        std::uint64_t oldest = 0;
        {
            const std::lock_guard lock(d.retired_mutex);
            if (d.retired.empty()) return;
            oldest = d.now.fetch_add(1, std::memory_order_seq_cst) + 1;
        }
        if (d.asymmetric) membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
        for (EpochSlot* slot = d.slots.load(std::memory_order_seq_cst); slot != nullptr;
             slot = slot->next.load(std::memory_order_relaxed)) {
            const std::uint64_t entered = slot->entered.load(std::memory_order_seq_cst);
            if (entered != 0 && entered < oldest) oldest = entered;
        }
        yield_point("reclaim:looked");
        const std::lock_guard lock(d.retired_mutex);
        auto end = d.retired.begin();  // retired in rising order
        std::size_t count = 0;
        while (end != d.retired.end() && end->retired_at_ < oldest) ++end, ++count;
        safe.splice(safe.begin(), d.retired, d.retired.begin(), end, count);
        d.waiting -= count;
    }
    safe.clear_and_dispose([](Retired* item) { item->dispose(); });
}

bool Epoch::waits_for_a_call() noexcept {
    const EpochSlot* first = nullptr;
    std::uint64_t oldest = ~std::uint64_t{0};
    for (const EpochSlot* slot = domain().slots.load(std::memory_order_acquire); slot != nullptr;
         slot = slot->next.load(std::memory_order_relaxed)) {
        const std::uint64_t entered = slot->entered.load(std::memory_order_relaxed);
        if (entered == 0 || entered >= oldest) continue;
        first = slot;
        oldest = entered;
    }
    return first != nullptr && first != thread_slot.slot &&
           first->use.load(std::memory_order_relaxed) == EpochSlot::Use::call;
}

std::size_t Epoch::waiting() noexcept {
    Domain& d = domain();
    const std::lock_guard lock(d.retired_mutex);
    return d.waiting;
}

Epoch::Guard::Guard() noexcept {
    ThreadSlot& mine = thread_slot;
    if (mine.depth++ != 0) return;
    if (mine.slot == nullptr) {
        if (!mine.ending) mine.ending = !arm_thread_end();
        mine.slot = take_slot();
    }
    enter(*mine.slot);
}

Epoch::Guard::~Guard() {
    ThreadSlot& mine = thread_slot;
    if (--mine.depth != 0) return;
    leave(*mine.slot);
    if (mine.ending) [[unlikely]]
        give_back(std::exchange(mine.slot, nullptr));
}

}  // namespace vitrine::mvcc
