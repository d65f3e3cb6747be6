#include "tests/interpose/memory.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define VITRINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define VITRINE_SANITIZED 1
#endif
#endif

namespace {

bool allowed() {
    const auto gate = vitrine::interpose::allocation_gate.load(std::memory_order_acquire);
    return gate == nullptr || gate();
}

}  // namespace

#ifdef VITRINE_SANITIZED

namespace {

void* allocate(std::size_t bytes, std::size_t alignment) {
    void* memory = nullptr;
    if (!allowed() || ::posix_memalign(&memory, alignment, bytes == 0 ? 1 : bytes) != 0)
        throw std::bad_alloc();
    return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes, alignof(std::max_align_t)); }
void* operator new[](std::size_t bytes) { return allocate(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    return allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

#else

// glibc's own names for what these replace; memory from either is freed by the same free().
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) noexcept {
    if (allowed()) return __libc_malloc(bytes);
    errno = ENOMEM;
    return nullptr;
}
void* calloc(std::size_t count, std::size_t bytes) noexcept {
    if (allowed()) return __libc_calloc(count, bytes);
    errno = ENOMEM;
    return nullptr;
}
void* realloc(void* old, std::size_t bytes) noexcept {
    if (allowed()) return __libc_realloc(old, bytes);
    errno = ENOMEM;
    return nullptr;
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    if (allowed()) return __libc_memalign(alignment, bytes);
    errno = ENOMEM;
    return nullptr;
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
    void* const made = allowed() ? __libc_memalign(alignment, bytes) : nullptr;
    if (made == nullptr) return ENOMEM;
    *memory = made;
    return 0;
}
}

#endif

#if defined(__SANITIZE_ADDRESS__)
/// The forms of new and delete that are not redefined here are the sanitizer's, which would take a
/// pair of both kinds for a mistake.
extern "C" const char* __asan_default_options() { return "alloc_dealloc_mismatch=0"; }
#endif
