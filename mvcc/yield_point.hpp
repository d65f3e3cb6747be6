#pragma once

#include <atomic>

namespace vitrine::mvcc {

/// A place where a test may hold a thread to force a schedule. Called with the place's name.
/// Outside tests there is no hook, and a yield point costs one load of a read-mostly line; none
/// stands on the path of a resident read.
using YieldHook = void (*)(const char* place);

inline std::atomic<YieldHook> yield_hook{nullptr};

inline void yield_point(const char* place) {
    // acquire: partner is the test's store of the hook, so that it sees the hook's state.
    if (YieldHook hook = yield_hook.load(std::memory_order_acquire)) [[unlikely]]
        hook(place);
}

}  // namespace vitrine::mvcc
