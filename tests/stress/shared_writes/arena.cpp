#include "tests/stress/shared_writes/arena.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace vitrine::stress {

std::byte* Arena::map() noexcept {
    void* const memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    return static_cast<std::byte*>(memory);
}

void* Arena::take(std::size_t bytes, std::size_t alignment) noexcept {
    if (closed_.load(std::memory_order_relaxed)) return nullptr;
    std::size_t begin = used_.load(std::memory_order_relaxed);
    std::size_t place = 0;
    do {
        place = (begin + alignment - 1) / alignment * alignment;
        if (place + bytes > kBytes) return nullptr;
    } while (!used_.compare_exchange_weak(begin, place + bytes));
    return base_ + place;
}

void Arena::protect(int access) noexcept { ::mprotect(base_, kBytes, access); }

Arena& arena() noexcept {
    static Arena one;
    return one;
}

}  // namespace vitrine::stress

using vitrine::stress::arena;

// The whole program's.
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    const auto boundary = static_cast<std::size_t>(alignment);
    void* memory = arena().take(bytes, boundary);
    if (memory == nullptr)
        memory = std::aligned_alloc(boundary, (bytes + boundary - 1) / boundary * boundary);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
void* operator new(std::size_t bytes) {
    return operator new (bytes, std::align_val_t{alignof(std::max_align_t)});
}
void operator delete(void* memory) noexcept {
    if (!arena().has(memory)) std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    operator delete(memory);
}
