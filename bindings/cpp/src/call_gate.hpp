#pragma once

#include <atomic>

namespace vitrine::detail {

/// Lets any thread call a store while another closes it: after shut() no call is inside, and none
/// enters. A call costs one store to a line of its thread's own; nothing shared is written.
///
/// Invariants:
///  G1. Each thread has a slot of its own, which says whose gate the thread is inside.
///  G2. enter() fills the slot, then reads `open_`; shut() clears `open_`, then reads the slots. In
///      the one order of these seq_cst operations either the call sees the gate shut, or shut()
///      sees the call and waits for it.
///
/// Calls do not nest, and are short: shut() spins.
class CallGate {
  public:
    CallGate() = default;
    CallGate(const CallGate&) = delete;
    CallGate& operator=(const CallGate&) = delete;

    /// Being inside, for a scope.
    class Call {
      public:
        /// Throws: UsageError when the gate is shut.
        explicit Call(const CallGate& gate);
        ~Call();
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;
    };

    /// True for the one call that shut it. Returns when nobody is inside.
    bool shut() noexcept;

  private:
    std::atomic<bool> open_{true};
};

}  // namespace vitrine::detail
