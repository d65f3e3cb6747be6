#pragma once

#include <atomic>
#include <utility>

#include <vitrine/error.hpp>

namespace vitrine::capi {

/// Whose turn it is: finds out when two threads use what belongs to one at a time.
///
/// Invariant: `owner_` is null, or names the one thread that is inside; only that one touches
/// `depth_`. Turns of one thread nest: a callback may call again.
class Turn {
  public:
    class Taken {
      public:
        /// Of nothing when null. Throws: UsageError when another thread is inside.
        explicit Taken(Turn* turn) : turn_(turn) {
            if (turn_ != nullptr) turn_->take();
        }
        Taken(const Taken&) = delete;
        Taken& operator=(const Taken&) = delete;
        ~Taken() {
            if (turn_ != nullptr) turn_->leave();
        }

      private:
        Turn* turn_;
    };

  private:
    static const void* me() {
        static thread_local const char token = 0;
        return &token;
    }
    void take() {
        const void* nobody = nullptr;
        // acquire: what the last owner did happens before; partner: leave(). Relaxed else: only
        // this thread stores its own name.
        if (owner_.load(std::memory_order_relaxed) != me() &&
            !owner_.compare_exchange_strong(nobody, me(), std::memory_order_acquire,
                                            std::memory_order_relaxed))
            throw UsageError("the transaction is being used by another thread");
        ++depth_;
    }
    void leave() {
        if (--depth_ == 0) owner_.store(nullptr, std::memory_order_release);
    }

    std::atomic<const void*> owner_{nullptr};
    int depth_ = 0;
};

}  // namespace vitrine::capi
