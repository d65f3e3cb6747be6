#include "mvcc/heap_trim.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/block_pool.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#include <unistd.h>
#endif

namespace vitrine::mvcc {

#if defined(__GLIBC__)
namespace {

/// The process's resident memory that is not of files; 0 when the system does not say. Without
/// allocating: it is called where nothing may throw.
std::size_t anonymous_bytes() noexcept {
    std::FILE* const file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr) return 0;
    char line[128] = "";
    const bool read = std::fgets(line, sizeof line, file) != nullptr;
    std::fclose(file);
    if (!read) return 0;
    char* at = line;
    std::strtoull(at, &at, 10);  // the whole address space
    const auto resident = std::strtoull(at, &at, 10);
    const auto of_files = std::strtoull(at, &at, 10);
    return static_cast<std::size_t>(resident - std::min(of_files, resident)) *
           static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void HeapTrim::evicted(std::size_t bytes, std::size_t cached, std::size_t budget) noexcept {
    constexpr std::size_t kLeast = std::size_t{1} << 20;
    const std::size_t step = std::max(budget / 8, kLeast);
    if (since_.fetch_add(bytes, std::memory_order_relaxed) + bytes < step) return;
    const std::unique_lock lock(looking_, std::try_to_lock);
    if (!lock.owns_lock()) return;
    since_.store(0, std::memory_order_relaxed);
    const auto beside = [cached] {
        const std::size_t all = anonymous_bytes();
        return all - std::min(cached, all);
    };
    const std::size_t now = beside();
    beside_ = std::min(beside_, now);
    if (now - beside_ < step) return;
    core::BlockPool::drain();
    ::malloc_trim(0);
    beside_ = beside();
}
#else
void HeapTrim::evicted(std::size_t, std::size_t, std::size_t) noexcept {}
#endif

}  // namespace vitrine::mvcc
