#pragma once

#include <atomic>
#include <cstdint>

#include <boost/intrusive/list.hpp>

namespace vitrine::mvcc {

// Epoch-based reclamation, one domain for the process.
//
// Invariants:
//  E1. Memory that a reader can reach is unlinked before it is retired, and disposed only when every
//      slot that was active at its retirement has been left since.
//  E2. A slot is entered before the first shared pointer is read through it and left after the last.
//
// Happens-before: enter() stores the slot, then reads pointers; collect() unlinks, then reads slots.
// Either the collector sees the slot active, or the reader sees the unlink. On Linux the reader pays
// only a compiler barrier and the collector calls membarrier(2) between the two; elsewhere enter()
// is a sequentially consistent exchange.
// Source: K. Fraser, "Practical lock-freedom", 2004, ch. 5; membarrier(2) for the asymmetric fence.

/// Something that readers may still be looking at. Disposed once when no reader can.
class Retired : public boost::intrusive::list_base_hook<> {
  public:
    Retired() = default;
    Retired(const Retired&) = delete;
    Retired& operator=(const Retired&) = delete;

  protected:
    ~Retired() = default;

  private:
    friend class Epoch;
    virtual void dispose() noexcept = 0;
    std::uint64_t retired_at_ = 0;
};

/// One reader's mark. Owned by one thread or one View at a time; never freed, reused.
struct alignas(64) EpochSlot {
    enum class Use : std::uint8_t { call, view };

    std::atomic<std::uint64_t> entered{0};  // 0: idle
    std::atomic<bool> taken{false};
    std::atomic<Use> use{Use::call};
    std::atomic<EpochSlot*> next{nullptr};
};

class Epoch {
  public:
    /// Cost: a few ns when the thread has a slot at hand; a scan of the slot list otherwise.
    static EpochSlot* take_slot(EpochSlot::Use use = EpochSlot::Use::call);
    static void give_back(EpochSlot* slot) noexcept;

    static void enter(EpochSlot& slot) noexcept;
    static void leave(EpochSlot& slot) noexcept;

    /// Hands over something already unlinked (E1). Threads: any. Never blocks on readers.
    static void retire(Retired& item) noexcept;
    /// Disposes what no reader can see any longer. Cost: one membarrier. Does nothing when another
    /// thread is collecting.
    static void collect() noexcept;
    /// Whether what is retired waits, first of all, for a library call of another thread, which
    /// ends soon; and not for this thread, or for a View, which may live as long as it likes.
    static bool waits_for_a_call() noexcept;
    /// Items waiting for readers. For tests and statistics.
    static std::size_t waiting() noexcept;

    /// Marks the current thread as reading, for one library call. Nests.
    class Guard {
      public:
        Guard() noexcept;
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
    };
};

}  // namespace vitrine::mvcc
