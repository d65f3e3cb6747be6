#pragma once

#include <pthread.h>

namespace vitrine::core {

/// Calls a function at the end of each thread that asked for it: after the destructors of its
/// thread-local objects. Such an object would serve, but one with a destructor ends the process when
/// the system has no memory to note it; this says so instead. Never destroyed.
class ThreadEnd {
  public:
    explicit ThreadEnd(void (*at_end)(void*)) noexcept
        : made_(::pthread_key_create(&key_, at_end) == 0) {}
    ThreadEnd(const ThreadEnd&) = delete;
    ThreadEnd& operator=(const ThreadEnd&) = delete;

    /// `at_end(what)` will be called, unless it is null. False when there is no memory.
    [[nodiscard]] bool arm(void* what) const noexcept {
        return made_ && ::pthread_setspecific(key_, what) == 0;
    }

  private:
    pthread_key_t key_{};
    bool made_;
};

}  // namespace vitrine::core
