#pragma once

#include <atomic>
#include <cstddef>

namespace vitrine::stress {

/// Everything that operator new gives until close(). Never freed.
class Arena {
  public:
    static constexpr std::size_t kBytes = std::size_t{1} << 30;

    /// Null when it is full, or closed.
    void* take(std::size_t bytes, std::size_t alignment) noexcept;
    /// From here on, memory comes from elsewhere.
    void close() noexcept { closed_ = true; }
    [[nodiscard]] bool has(const void* address) const noexcept {
        const auto* const at = static_cast<const std::byte*>(address);
        return at >= base_ && at < base_ + kBytes;
    }
    /// `access`: as for mprotect(2).
    void protect(int access) noexcept;

  private:
    static std::byte* map() noexcept;

    std::byte* const base_ = map();
    std::atomic<std::size_t> used_{0};
    std::atomic<bool> closed_{false};
};

/// The process's, from before main() on.
Arena& arena() noexcept;

}  // namespace vitrine::stress
