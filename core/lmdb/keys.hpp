#pragma once

#include <lmdb.h>

#include <bit>
#include <cstddef>
#include <cstring>
#include <span>

#include "core/storage.hpp"

namespace vitrine::core::lmdb {

// LMDB compares keys bytewise, so numbers go in big-endian; versions are inverted where the newest
// is to come first.

constexpr std::uint64_t swapped(std::uint64_t number) {
    if constexpr (std::endian::native == std::endian::big) return number;
    return __builtin_bswap64(number);
}

/// A key of N numbers; borrowed by the MDB_val that it gives.
template <std::size_t N>
struct Key {
    std::uint64_t parts[N];

    MDB_val value() { return {sizeof parts, parts}; }
};

using ObjectKey = Key<2>;
using KeptKey = Key<3>;
using TypeKey = Key<1>;
using SumKey = Key<4>;  // of a size that no other table's keys have: see pages/

constexpr ObjectKey object_key(RowKey key) {
    return {{swapped(key.id.value), swapped(~key.version.value())}};
}

constexpr KeptKey kept_key(const KeptRow& row) {
    return {{swapped(row.witness.value()), swapped(row.row.id.value),
             swapped(row.row.version.value())}};
}

constexpr TypeKey type_key(TypeId type) { return {{swapped(type)}}; }

/// The `index`-th number of a key as it lies in the file. Requires: the key is long enough.
inline std::uint64_t key_part(const MDB_val& key, std::size_t index) {
    std::uint64_t part = 0;
    std::memcpy(&part, static_cast<const char*>(key.mv_data) + index * sizeof part, sizeof part);
    return swapped(part);
}

inline RowKey decode_object_key(const MDB_val& key) {
    return {ObjectId{key_part(key, 0)}, Version{~key_part(key, 1)}};
}

inline MDB_val value_of(Words words) {
    return {words.size_bytes(), const_cast<Word*>(words.data())};  // LMDB only reads it
}

/// False when a value cannot be read as words in place: S3 would not hold.
inline bool is_words(const MDB_val& value) {
    return value.mv_size % sizeof(Word) == 0 &&
           reinterpret_cast<std::uintptr_t>(value.mv_data) % alignof(Word) == 0;
}

inline std::span<const std::byte> bytes_of(const MDB_val& value) {
    return {static_cast<const std::byte*>(value.mv_data), value.mv_size};
}

inline Words words_of(const MDB_val& value) {
    return {static_cast<const Word*>(value.mv_data), value.mv_size / sizeof(Word)};
}

}  // namespace vitrine::core::lmdb
