#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace vitrine::core::lmdb {

// LMDB 0.9's file format, as far as it is read here without LMDB's help.
// Source: mdb.c of LMDB 0.9.24, MDB_page, MDB_node, MDB_meta, MDB_db.

inline constexpr std::size_t kPageHeaderBytes = 16;
inline constexpr std::size_t kPageFlagsAt = 10;
inline constexpr std::uint16_t kBranchPage = 0x01;
inline constexpr std::uint16_t kLeafPage = 0x02;
inline constexpr std::uint16_t kOverflowPage = 0x04;
inline constexpr std::uint16_t kMetaPage = 0x08;
inline constexpr std::uint32_t kMetaMagic = 0xBEEFC0DE;
inline constexpr std::uint32_t kMetaFormat = 1;

template <class T>
T load(const std::byte* bytes, std::size_t at) {
    T value;
    std::memcpy(&value, bytes + at, sizeof value);
    return value;
}

/// True when all `count` bytes at `offset` could be read. Else errno says why; 0: the file's end.
inline bool read_fully(int descriptor, void* into, std::size_t count, std::uint64_t offset) {
    auto* bytes = static_cast<std::byte*>(into);
    while (count != 0) {
        const ssize_t got = ::pread(descriptor, bytes, count, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            if (got == 0) errno = 0;
            return false;
        }
        bytes += got;
        count -= static_cast<std::size_t>(got);
        offset += static_cast<std::uint64_t>(got);
    }
    return true;
}

}  // namespace vitrine::core::lmdb
