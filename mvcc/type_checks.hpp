#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace vitrine::mvcc {

/// Which of a program's types were checked against this store's schemas. The layer above numbers its
/// types from 1; those beyond the table are checked by the registry every time, which is right but slow.
/// Threads: any. Relaxed is enough: a mark stands for a fact about schemas and publishes no memory;
/// who misses it checks again.
class TypeChecks {
  public:
    [[nodiscard]] bool done(std::uint32_t type) const {
        return type < kTypes && done_[type].load(std::memory_order_relaxed);
    }
    void mark(std::uint32_t type) {
        if (type < kTypes) done_[type].store(true, std::memory_order_relaxed);
    }

  private:
    static constexpr std::size_t kTypes = 1024;
    std::array<std::atomic<bool>, kTypes> done_{};
};

}  // namespace vitrine::mvcc
