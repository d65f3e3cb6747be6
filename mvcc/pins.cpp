#include "mvcc/pins.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {
namespace {

std::size_t home_of_thread() {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t home = next.fetch_add(1, std::memory_order_relaxed);
    return home;
}

PinSlot* take_from(PinBlock& block) {
    std::uint64_t free = block.free.load(std::memory_order_relaxed);
    while (free != 0) {
        const int bit = std::countr_zero(free);
        // seq_cst: partner is live() (P1). Acquires what Pins::release did with the slot before.
        if (block.free.compare_exchange_weak(free, free & (free - 1), std::memory_order_seq_cst,
                                             std::memory_order_relaxed))
            return &block.slots[static_cast<std::size_t>(bit)];
    }
    return nullptr;
}

}  // namespace

Pins::Pins(Store& store, std::function<void()> end) : store_(store), end_(std::move(end)) {}

Pins::~Pins() {
    for (auto& home : homes_)
        for (PinBlock* block = home.load(); block != nullptr;)
            delete std::exchange(block, block->next.load());
}

PinSlot* Pins::take_slot() {
    std::atomic<PinBlock*>* link = &homes_[home_of_thread() % kHomes];
    for (;;) {
        PinBlock* block = link->load(std::memory_order_acquire);
        if (block == nullptr) {
            auto fresh = std::make_unique<PinBlock>();
            fresh->owner = this;
            for (std::uint32_t i = 0; i < fresh->slots.size(); ++i) {
                fresh->slots[i].index = i;
                fresh->slots[i].block = fresh.get();
                fresh->slots[i].store = &store_;
            }
            // release: partner is the acquire above; losers drop theirs and use the winner's.
            if (link->compare_exchange_strong(block, fresh.get(), std::memory_order_acq_rel))
                block = fresh.release();
        }
        if (PinSlot* slot = take_from(*block)) return slot;
        link = &block->next;
    }
}

PinSlot* Pins::open(const std::atomic<std::uint64_t>& published) {
    PinSlot* slot = take_slot();
    slot->refs.store(1, std::memory_order_relaxed);
    std::uint64_t version = published.load(std::memory_order_acquire);
    for (;;) {
        yield_point("pins:read");
        slot->pinned.store(version + 1, std::memory_order_seq_cst);  // P1
        yield_point("pins:registered");
        const std::uint64_t again = published.load(std::memory_order_seq_cst);
        if (again == version) return slot;
        version = again;
    }
}

PinSlot* Pins::open_at(Version version, const std::atomic<std::uint64_t>& oldest) {
    PinSlot* slot = take_slot();
    slot->refs.store(1, std::memory_order_relaxed);
    slot->pinned.store(version.value() + 1, std::memory_order_seq_cst);  // H3
    yield_point("pins:past");
    if (oldest.load(std::memory_order_seq_cst) <= version.value()) return slot;
    release(*slot);
    return nullptr;
}

void Pins::release(PinSlot& pin) noexcept {
    // acq_rel: every sharer's reads come before the pin goes.
    if (pin.refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    const Epoch::Guard
        guard;  // the store, and then this registry, may go as soon as the bit is set
    PinBlock& block = *pin.block;
    Pins& pins = *block.owner;
    pin.pinned.store(0, std::memory_order_release);
    // seq_cst, both: partner is shut(), which stores the flag and then reads the bits.
    block.free.fetch_or(std::uint64_t{1} << pin.index, std::memory_order_seq_cst);
    if (pins.shut_.load(std::memory_order_seq_cst)) pins.end_if_idle();
}

std::vector<Version> Pins::list(bool committing_too) const {
    std::vector<Version> versions;
    for (const auto& home : homes_) {
        for (const PinBlock* block = home.load(std::memory_order_acquire); block != nullptr;
             block = block->next.load(std::memory_order_acquire)) {
            std::uint64_t taken = ~block->free.load(std::memory_order_seq_cst);
            for (; taken != 0; taken &= taken - 1) {
                const auto bit = static_cast<std::size_t>(std::countr_zero(taken));
                const PinSlot& slot = block->slots[bit];
                if (!committing_too && slot.committing.load(std::memory_order_relaxed)) continue;
                if (const auto pinned = slot.pinned.load(std::memory_order_seq_cst))
                    versions.emplace_back(pinned - 1);
            }
        }
    }
    std::sort(versions.begin(), versions.end());
    versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
    return versions;
}

std::size_t Pins::count() const {
    std::size_t count = 0;
    for (const auto& home : homes_)
        for (const PinBlock* block = home.load(std::memory_order_acquire); block != nullptr;
             block = block->next.load(std::memory_order_acquire))
            count += 64U - static_cast<unsigned>(
                               std::popcount(block->free.load(std::memory_order_seq_cst)));
    return count;
}

void Pins::shut() noexcept {
    const Epoch::Guard guard;
    shut_.store(true, std::memory_order_seq_cst);
    end_if_idle();
}

void Pins::end_if_idle() noexcept {
    std::function<void()> end;
    {
        const std::lock_guard lock(ending_);
        if (ended_ || count() != 0) return;
        ended_ = true;
        end.swap(end_);
    }
    end();  // destroys the store; this registry is retired, and our caller's guard keeps it
}

}  // namespace vitrine::mvcc
