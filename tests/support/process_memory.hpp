#pragma once

#include <malloc.h>

#include <cstddef>
#include <fstream>
#include <string>

namespace vitrine::test {

/// Resident memory that is not of files: what an out-of-memory killer looks at. Linux only.
inline std::size_t anonymous_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) << 10;
    return 0;
}

/// What the program has allocated and not freed. Under a sanitizer: 0, it has an allocator of its own.
inline std::size_t allocated_bytes() {
    const struct mallinfo2 info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

/// Tells the allocator to give back what is free, and not to keep a heap for each thread that ever
/// ran: else resident memory says more about it than about the program.
inline void give_memory_back() {
    constexpr int kTrim = 1 << 20;
    constexpr int kLarge = 128 << 10;
    ::mallopt(M_ARENA_MAX, 1);
    ::mallopt(M_TRIM_THRESHOLD, kTrim);
    ::mallopt(M_MMAP_THRESHOLD, kLarge);
}

}  // namespace vitrine::test
