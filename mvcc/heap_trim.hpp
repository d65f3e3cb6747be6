#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>

namespace vitrine::mvcc {

/// Gives what eviction freed back to the system.
///
/// The C library keeps freed memory in the arena it came from, one for each few threads. When other
/// threads load than before, their arenas grow while the free memory of the old ones stays: the
/// process holds a multiple of the cache's budget. So now and then, by the bytes evicted, we look how
/// much anonymous memory the process has beside the cache, and when that grew by an eighth of the
/// budget, the heap is asked to return its free pages.
/// Threads: any.
class HeapTrim {
  public:
    /// Counts `bytes` as evicted from a cache that has `cached` of `budget` bytes now. Cost: an
    /// addition; once in an eighth of the budget a small file of the system's is read, and when the
    /// process grew, a walk over the free memory of the heap.
    void evicted(std::size_t bytes, std::size_t cached, std::size_t budget) noexcept;

  private:
    std::atomic<std::size_t> since_{0};
    std::mutex looking_;
    std::size_t beside_ = ~std::size_t{0};  // the least since the heap was last trimmed
};

}  // namespace vitrine::mvcc
