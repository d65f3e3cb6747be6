#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/ids.hpp"
#include "mvcc/epoch.hpp"

namespace vitrine::mvcc {

class Store;
class Pins;
struct PinBlock;

/// One open snapshot's entry in the registry.
struct alignas(64) PinSlot {
    std::atomic<std::uint64_t> pinned{0};  // version + 1; 0: idle
    std::atomic<std::uint32_t> refs{0};    // snapshots that share the pin
    std::atomic<bool> committing{false};   // the base of a transaction that is just committing
    std::uint32_t index = 0;
    PinBlock* block = nullptr;
    Store* store = nullptr;

    [[nodiscard]] Version version() const {
        return Version{pinned.load(std::memory_order_relaxed) - 1};
    }
};

/// 64 slots and which of them are free.
struct alignas(64) PinBlock {
    std::atomic<std::uint64_t> free{~std::uint64_t{0}};
    std::atomic<PinBlock*> next{nullptr};
    Pins* owner = nullptr;
    std::array<PinSlot, 64> slots;
};

/// The registry of open snapshots.
///
/// Invariants:
///  P1. A pin stands before the snapshot is used: open() stores the pin, then reads the newest
///      version again, and starts over when it moved. Whoever decides that a version superseded by
///      commit u may go has stored u as published first and reads the pins after. In the one order of
///      the seq_cst operations, either open() sees u (and does not pin below it), or the decision
///      sees the pin. (The slot's bit is taken before, in the same order: bits tell where to look.)
///  P2. Opening and closing take no lock: one bit of a block chosen by thread, one slot.
///  P3. After shut(), the last pin's release (or shut() itself) calls the end function, once.
///
/// Lifetime: outlives the store by an epoch, since a releasing thread reads it after its pin is gone.
class Pins final : public Retired {
  public:
    Pins(Store& store, std::function<void()> end);

    PinSlot* open(const std::atomic<std::uint64_t>& published);
    /// Pins a version of the past; null when `oldest` is above it (Horizon, H3).
    PinSlot* open_at(Version version, const std::atomic<std::uint64_t>& oldest);
    static void share(PinSlot& pin) noexcept { pin.refs.fetch_add(1, std::memory_order_relaxed); }
    static void release(PinSlot& pin) noexcept;

    /// The versions that are pinned, ascending, each once. seq_cst: see P1.
    [[nodiscard]] std::vector<Version> live() const { return list(true); }
    /// The same without the bases of transactions that are committing: most end with their commit.
    [[nodiscard]] std::vector<Version> live_but_committing() const { return list(false); }
    [[nodiscard]] std::size_t count() const;

    /// The user's store is gone. May call the end function before it returns.
    void shut() noexcept;

    [[nodiscard]] Store& store() const { return store_; }

  private:
    friend struct RetirePins;
    static constexpr std::size_t kHomes = 16;  // threads beyond share a home

    ~Pins();
    void dispose() noexcept override { delete this; }
    PinSlot* take_slot();
    [[nodiscard]] std::vector<Version> list(bool committing_too) const;
    void end_if_idle() noexcept;

    Store& store_;
    std::function<void()> end_;
    std::array<std::atomic<PinBlock*>, kHomes> homes_{};
    std::atomic<bool> shut_{false};
    std::mutex ending_;
    bool ended_ = false;
};

struct RetirePins {
    void operator()(Pins* pins) const noexcept { Epoch::retire(*pins); }
};
using PinsOwner = std::unique_ptr<Pins, RetirePins>;

}  // namespace vitrine::mvcc
