#pragma once

#include "core/ids.hpp"

namespace vitrine::core {

// A row's value: [type id][checksum][payload…], all words. The payload is one flat Cap'n Proto
// segment as capnp::copyToUnchecked makes it. A row without payload is a tombstone.
inline constexpr std::size_t kRowHeaderWords = 2;

/// XXH3-64 over the payload alone; can be computed before the version is known.
std::uint64_t hash_payload(Words payload);

/// The checksum word of a row: XXH3-64 over id, version and type, seeded with the payload's hash.
/// Source: Yann Collet, xxHash 0.8 (XXH3).
std::uint64_t checksum_row(ObjectId id, Version version, TypeId type, std::uint64_t payload_hash);

/// A row that passed its checks.
struct Record {
    TypeId type = 0;
    Words payload;  // empty: a tombstone
    [[nodiscard]] bool tombstone() const { return payload.empty(); }
};

/// Checks a row as it came from storage: size, checksum, then that every Cap'n Proto pointer of the
/// payload stays inside it, that there are no capabilities, and that nesting is bounded.
/// Requires: `row` is 8-aligned. Throws: CorruptionError naming the object and version.
/// Cost: O(size); no allocation. After it, unchecked Cap'n Proto readers over the payload are safe.
Record check_row(ObjectId id, Version version, Words row);

}  // namespace vitrine::core
