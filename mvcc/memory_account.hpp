#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace vitrine::mvcc {

/// Counts the bytes of materialised versions. Versions can outlive their store (handles), so the
/// account does too: it goes with the last of them.
/// Threads: any.
class MemoryAccount {
  public:
    static MemoryAccount* make() { return new MemoryAccount; }

    void add(std::size_t bytes) noexcept { bytes_.fetch_add(bytes, std::memory_order_relaxed); }
    void remove(std::size_t bytes) noexcept {
        // acq_rel: the last one out must see everybody's last use.
        if (bytes_.fetch_sub(bytes, std::memory_order_acq_rel) == bytes) delete this;
    }
    /// Unlinked, waiting for its readers; counted in bytes() until it is freed.
    void retire(std::size_t bytes) noexcept {
        retired_.fetch_add(bytes, std::memory_order_relaxed);
    }
    void free_retired(std::size_t bytes) noexcept {
        retired_.fetch_sub(bytes, std::memory_order_relaxed);
    }
    /// The store's own hold.
    void drop() noexcept { remove(kStore); }
    /// Requires: the store's hold.
    [[nodiscard]] std::size_t bytes() const {
        return bytes_.load(std::memory_order_relaxed) - kStore;
    }
    [[nodiscard]] std::size_t retired_bytes() const {
        return retired_.load(std::memory_order_relaxed);
    }

  private:
    MemoryAccount() = default;
    ~MemoryAccount() = default;

    static constexpr std::size_t kStore = 1;  // its hold, as if it were a version

    std::atomic<std::size_t> bytes_{kStore};
    std::atomic<std::size_t> retired_{0};
};

struct DropAccount {
    void operator()(MemoryAccount* account) const noexcept { account->drop(); }
};
using AccountOwner = std::unique_ptr<MemoryAccount, DropAccount>;

}  // namespace vitrine::mvcc
