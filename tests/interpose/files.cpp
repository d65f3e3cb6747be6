#include "tests/interpose/files.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>

namespace vitrine::interpose {
namespace {

std::atomic<FileWatch*> watching{nullptr};

/// The definition after ours. Looked up at each first use: libraries call before main() too.
template <class F>
F* next(const char* name) {
    void* const found = ::dlsym(RTLD_NEXT, name);
    if (found == nullptr) std::abort();
    return reinterpret_cast<F*>(found);
}

/// Asks the watch, does it unless that says no, and tells how it went. `perform(bytes)` is the call.
template <class Result, class Perform>
Result watched(const Operation& operation, Result failure, Perform&& perform) {
    FileWatch* const watch = Unwatched::now() ? nullptr : watching.load(std::memory_order_acquire);
    if (watch == nullptr) return perform(operation.bytes);
    Verdict verdict;
    {
        const Unwatched mine;
        verdict = watch->before(operation);
    }
    if (verdict.error != 0) {
        errno = verdict.error;
        return failure;
    }
    const Result result = perform(std::min(operation.bytes, verdict.bytes));
    const int error = errno;
    {
        const Unwatched mine;
        watch->after(operation, result == failure ? -1 : (long)(result));
    }
    errno = error;
    return result;
}

Operation on(Call call, int descriptor) {
    Operation operation;
    operation.call = call;
    operation.descriptor = descriptor;
    return operation;
}

Operation moving(Call call, int descriptor, const void* data, std::size_t bytes, off_t offset) {
    Operation operation = on(call, descriptor);
    operation.data = static_cast<const std::byte*>(data);
    operation.bytes = bytes;
    operation.offset = offset;
    return operation;
}

Operation resizing(int descriptor, off_t bytes, bool grows_only) {
    Operation operation = on(Call::truncate, descriptor);
    operation.bytes = static_cast<std::size_t>(bytes);
    operation.grows_only = grows_only;
    return operation;
}

Operation naming(Call call, const char* path, const char* target) {
    Operation operation = on(call, -1);
    operation.path = path;
    operation.target = target;
    return operation;
}

Operation opening(const char* path, int flags) {
    Operation operation = naming(Call::open, path, nullptr);
    operation.flags = flags;
    return operation;
}

/// Piece by piece: what the watch hears, and can fail, is one piece. After the first an error is a
/// short write, as the kernel has it.
ssize_t write_pieces(int file, const iovec* pieces, int count, off_t offset) {
    ssize_t done = 0;
    for (int i = 0; i < count; ++i) {
        const iovec& piece = pieces[i];
        const ssize_t some = offset < 0
                                 ? ::write(file, piece.iov_base, piece.iov_len)
                                 : ::pwrite(file, piece.iov_base, piece.iov_len, offset + done);
        if (some < 0) return done != 0 ? done : -1;
        done += some;
        if (static_cast<std::size_t>(some) < piece.iov_len) break;
    }
    return done;
}

int open_as(const char* path, int flags, mode_t mode) {
    using Open = int(const char*, int, ...);
    return watched(opening(path, flags), -1, [&](std::size_t) {
        static auto* const real = next<Open>("open");
        return real(path, flags, mode);
    });
}

void* map_as(void* at, std::size_t bytes, int protection, int flags, int file, off_t offset) {
    using Map = void*(void*, std::size_t, int, int, int, off_t);
    Operation operation = moving(Call::map, file, nullptr, bytes, offset);
    operation.flags = protection;
    operation.shared = (flags & MAP_SHARED) != 0;
    return watched(operation, MAP_FAILED, [&](std::size_t) {
        static auto* const real = next<Map>("mmap");
        return real(at, bytes, protection, flags, file, offset);
    });
}

}  // namespace

thread_local int Unwatched::depth = 0;

void watch_files(FileWatch* watch) { watching.store(watch, std::memory_order_release); }

std::string path_of(int descriptor) {
    const Unwatched mine;
    char path[4096];
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t length = ::readlink(link.c_str(), path, sizeof path);
    return length < 0 ? std::string() : std::string(path, static_cast<std::size_t>(length));
}

}  // namespace vitrine::interpose

using namespace vitrine::interpose;

// Names and signatures are libc's.
extern "C" {

int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_as(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_as(path, flags, mode);
}

ssize_t read(int file, void* into, size_t bytes) {
    return watched(moving(Call::read, file, into, bytes, -1), ssize_t{-1}, [&](std::size_t some) {
        static auto* const real = next<decltype(::read)>("read");
        return real(file, into, some);
    });
}
ssize_t pread(int file, void* into, size_t bytes, off_t offset) {
    return watched(moving(Call::read, file, into, bytes, offset), ssize_t{-1},
                   [&](std::size_t some) {
                       static auto* const real = next<decltype(::pread)>("pread");
                       return real(file, into, some, offset);
                   });
}
ssize_t pread64(int file, void* into, size_t bytes, off64_t offset) {
    return pread(file, into, bytes, offset);
}

ssize_t write(int file, const void* data, size_t bytes) {
    return watched(moving(Call::write, file, data, bytes, -1), ssize_t{-1}, [&](std::size_t some) {
        static auto* const real = next<decltype(::write)>("write");
        return real(file, data, some);
    });
}
ssize_t pwrite(int file, const void* data, size_t bytes, off_t offset) {
    return watched(moving(Call::write, file, data, bytes, offset), ssize_t{-1},
                   [&](std::size_t some) {
                       static auto* const real = next<decltype(::pwrite)>("pwrite");
                       return real(file, data, some, offset);
                   });
}
ssize_t pwrite64(int file, const void* data, size_t bytes, off64_t offset) {
    return pwrite(file, data, bytes, offset);
}
ssize_t writev(int file, const iovec* pieces, int count) {
    return write_pieces(file, pieces, count, -1);
}
ssize_t pwritev(int file, const iovec* pieces, int count, off_t offset) {
    return write_pieces(file, pieces, count, offset);
}
ssize_t pwritev64(int file, const iovec* pieces, int count, off64_t offset) {
    return write_pieces(file, pieces, count, offset);
}

int fsync(int file) {
    return watched(on(Call::sync, file), -1, [&](std::size_t) {
        static auto* const real = next<decltype(::fsync)>("fsync");
        return real(file);
    });
}
int fdatasync(int file) {
    return watched(on(Call::sync, file), -1, [&](std::size_t) {
        static auto* const real = next<decltype(::fdatasync)>("fdatasync");
        return real(file);
    });
}

int ftruncate(int file, off_t bytes) noexcept {
    return watched(resizing(file, bytes, false), -1, [&](std::size_t) {
        static auto* const real = next<int(int, off_t)>("ftruncate");
        return real(file, bytes);
    });
}
int ftruncate64(int file, off64_t bytes) noexcept { return ftruncate(file, bytes); }
int posix_fallocate(int file, off_t offset, off_t bytes) {
    int code = 0;
    const int result = watched(resizing(file, offset + bytes, true), -1, [&](std::size_t) {
        static auto* const real = next<int(int, off_t, off_t)>("posix_fallocate");
        code = real(file, offset, bytes);
        return 0;
    });
    return result == 0 ? code : errno;
}
int posix_fallocate64(int file, off64_t offset, off64_t bytes) {
    return posix_fallocate(file, offset, bytes);
}

void* mmap(void* at, size_t bytes, int protection, int flags, int file, off_t offset) noexcept {
    return map_as(at, bytes, protection, flags, file, offset);
}
void* mmap64(void* at, size_t bytes, int protection, int flags, int file, off64_t offset) noexcept {
    return map_as(at, bytes, protection, flags, file, offset);
}

int rename(const char* from, const char* to) noexcept {
    return watched(naming(Call::rename, from, to), -1, [&](std::size_t) {
        static auto* const real = next<int(const char*, const char*)>("rename");
        return real(from, to);
    });
}
int renameat2(int folder, const char* from, int into, const char* to, unsigned flags) noexcept {
    using Rename = int(int, const char*, int, const char*, unsigned);
    return watched(naming(Call::rename, from, to), -1, [&](std::size_t) {
        static auto* const real = next<Rename>("renameat2");
        return real(folder, from, into, to, flags);
    });
}
int unlink(const char* path) noexcept {
    return watched(naming(Call::unlink, path, nullptr), -1, [&](std::size_t) {
        static auto* const real = next<int(const char*)>("unlink");
        return real(path);
    });
}
int remove(const char* path) noexcept {
    return watched(naming(Call::unlink, path, nullptr), -1, [&](std::size_t) {
        static auto* const real = next<int(const char*)>("remove");
        return real(path);
    });
}
}
