#pragma once

#include "core/lmdb/keys.hpp"
#include "core/lmdb/pages/page.hpp"
#include "core/payload.hpp"
#include "core/record.hpp"

namespace vitrine::core::lmdb {

inline constexpr std::size_t kMinRowBytes = kRowHeaderWords * sizeof(Word);
inline constexpr std::uint64_t kMaxRowBytes = (std::uint64_t{1} << 30) + 4096;

/// A key of the table of objects. Requires: 16 bytes.
inline RowKey decode(Bytes key) {
    return {ObjectId{swapped(load<std::uint64_t>(key.data(), 0))},
            Version{~swapped(load<std::uint64_t>(key.data(), 8))}};
}

/// Keys that the store could have given out.
inline bool plausible(RowKey key) {
    constexpr std::uint64_t kMaxVersion = std::uint64_t{1} << 56;
    return key.id && key.id.value <= kMaxObjectId && key.version.value() <= kMaxVersion;
}

/// In the table's order newer versions of an object come first.
inline bool before(RowKey a, RowKey b) {
    return a.id != b.id ? a.id < b.id : a.version > b.version;
}

/// What check_row says, without an exception.
inline bool intact(RowKey key, Words row) {
    if (row.size() < kRowHeaderWords) return false;
    const Words payload = row.subspan(kRowHeaderWords);
    return row[1] == checksum_row(key.id, key.version, row[0], hash_payload(payload)) &&
           (payload.empty() || find_payload_fault(payload) == nullptr);
}

}  // namespace vitrine::core::lmdb
