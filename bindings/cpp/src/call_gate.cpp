#include "bindings/cpp/src/call_gate.hpp"

#include <new>
#include <thread>

#include <vitrine/error.hpp>

#include "core/thread_end.hpp"

namespace vitrine::detail {
namespace {

struct alignas(64) Slot {
    std::atomic<const CallGate*> inside{nullptr};
    std::atomic<bool> taken{true};
    Slot* next = nullptr;
};

// Slots are never freed: as many as threads ever ran at once.
std::atomic<Slot*> slots{nullptr};

Slot* take_slot() {
    for (Slot* slot = slots.load(std::memory_order_acquire); slot != nullptr; slot = slot->next) {
        if (!slot->taken.load(std::memory_order_relaxed) &&
            !slot->taken.exchange(true, std::memory_order_acquire))  // partner: release() below
            return slot;
    }
    auto* const fresh = new Slot;
    fresh->next = slots.load(std::memory_order_relaxed);
    // seq_cst: shut() finds the slot in the list before it decides (G2).
    while (!slots.compare_exchange_weak(fresh->next, fresh, std::memory_order_seq_cst)) {
    }
    return fresh;
}

constinit thread_local Slot* mine = nullptr;

void release(void*) {
    Slot* const slot = mine;
    mine = nullptr;  // calls from later destructors of this thread take another one
    if (slot != nullptr) slot->taken.store(false, std::memory_order_release);
}

Slot& my_slot() {
    if (mine == nullptr) [[unlikely]] {
        static const core::ThreadEnd end(release);
        if (!end.arm(&mine)) throw std::bad_alloc();
        mine = take_slot();
    }
    return *mine;
}

}  // namespace

CallGate::Call::Call(const CallGate& gate) {
    std::atomic<const CallGate*>& inside = my_slot().inside;
    inside.store(&gate, std::memory_order_seq_cst);
    if (!gate.open_.load(std::memory_order_seq_cst)) [[unlikely]] {
        inside.store(nullptr, std::memory_order_relaxed);
        throw UsageError("the store is closed");
    }
}

// release: what the call did happens before what follows shut(), its partner.
CallGate::Call::~Call() { mine->inside.store(nullptr, std::memory_order_release); }

bool CallGate::shut() noexcept {
    if (!open_.exchange(false, std::memory_order_seq_cst)) return false;
    for (Slot* slot = slots.load(std::memory_order_seq_cst); slot != nullptr; slot = slot->next) {
        while (slot->inside.load(std::memory_order_seq_cst) == this) std::this_thread::yield();
    }
    return true;
}

}  // namespace vitrine::detail
