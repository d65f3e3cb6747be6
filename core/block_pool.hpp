#pragma once

#include <atomic>
#include <cstddef>
#include <limits>
#include <new>

namespace vitrine::core {

/// Memory for what one thread makes and another one frees: versions of objects, and what a commit
/// carries to the disk. Blocks of like size go round in magazines, which threads take from and bring to
/// a depot: so neither touches the other's heap, nor waits for its lock. Blocks come from operator new,
/// each time where a sanitizer is to see them.
///
/// A thread has at most two magazines a size, of kMagazineBytes; the depot has at most kDepotBytes in
/// all, and what comes beyond that goes back to operator delete.
///
/// Invariants:
///  L1. A block is in one place: with its user, in one thread's magazine, or in the depot.
///  L2. A thread's magazines are its own; a magazine changes hands only through the depot, under its lock.
///
/// Source: J. Bonwick and J. Adams, "Magazines and Vmem", USENIX 2001, section 3.
class BlockPool {
  public:
    static constexpr std::size_t kLargest = 8192;  // bytes; what is larger goes past the pool
    static constexpr std::size_t kMagazineBytes = 32 << 10;
    static constexpr std::size_t kDepotBytes = 16 << 20;

    /// Aligned as operator new's. Throws: std::bad_alloc. Cost: a few ns, once in a magazine a lock.
    static void* take(std::size_t bytes);
    /// `bytes`: as they were asked for. Threads: any.
    static void give(void* block, std::size_t bytes) noexcept;

    /// Gives back to operator delete what the depot has.
    static void drain() noexcept;
    /// In the depot now. For tests and statistics.
    static std::size_t depot_bytes() noexcept;

    /// False: every block comes from operator new and goes back, so that tests can make each one fail.
    /// Requires, when it is turned on: no block of before is in use.
    static void set_pooling(bool pooling) noexcept;
};

/// For containers whose memory goes from thread to thread.
template <class T>
struct BlockAllocator {
    using value_type = T;

    BlockAllocator() = default;
    template <class Other>
    BlockAllocator(const BlockAllocator<Other>&) noexcept {}  // NOLINT(google-explicit-constructor)

    T* allocate(std::size_t count) {
        static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
        if (count > std::numeric_limits<std::size_t>::max() / sizeof(T))
            throw std::bad_array_new_length();
        return static_cast<T*>(BlockPool::take(count * sizeof(T)));
    }
    void deallocate(T* memory, std::size_t count) noexcept {
        BlockPool::give(memory, count * sizeof(T));
    }
    template <class Other>
    bool operator==(const BlockAllocator<Other>&) const noexcept {
        return true;
    }
};

}  // namespace vitrine::core
