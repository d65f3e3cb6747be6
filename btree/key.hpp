#pragma once

#include <algorithm>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>

#include <vitrine/detail/leaf_view.hpp>

namespace vitrine::btree {

static_assert(std::endian::native == std::endian::little, "heads are made by swapping bytes");

/// A fixed key's size, and the part of any key that a head holds.
inline constexpr std::size_t kHeadBytes = 8;

/// The first 8 bytes as a big-endian number, padded with zeros. For keys a <= b: head a <= head b.
inline std::uint64_t head_of(ByteSpan key) {
    const std::byte* const p = key.data();
    const std::size_t size = key.size();
    if (size >= kHeadBytes) {
        std::uint64_t word = 0;
        std::memcpy(&word, p, sizeof word);
        return __builtin_bswap64(word);
    }
    if (size >= 4) {  // two overlapping halves instead of a loop or a memcpy of unknown size
        std::uint32_t front = 0;
        std::uint32_t back = 0;
        std::memcpy(&front, p, 4);
        std::memcpy(&back, p + size - 4, 4);
        const std::uint64_t low = std::uint64_t{__builtin_bswap32(back)} << (8 * (8 - size));
        return std::uint64_t{__builtin_bswap32(front)} << 32 | (low & 0xFFFF'FFFFU);
    }
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < size; ++i) {
        head |= std::to_integer<std::uint64_t>(p[i]) << (56 - 8 * i);
    }
    return head;
}

/// The bytes of the fixed key that has this head.
inline void store_head(std::uint64_t head, std::byte* out) {
    const std::uint64_t word = __builtin_bswap64(head);
    std::memcpy(out, &word, sizeof word);
}

/// The order of keys: as unsigned bytes, a shorter one before what it begins.
inline std::strong_ordering compare_keys(ByteSpan a, ByteSpan b) {
    const std::size_t common = std::min(a.size(), b.size());
    // memcmp may not be given a null pointer, not even for no bytes.
    const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
    return order == 0 ? a.size() <=> b.size() : order <=> 0;
}

/// How many bytes two keys share at their beginning.
inline std::size_t common_prefix(ByteSpan a, ByteSpan b) {
    const std::size_t limit = std::min(a.size(), b.size());
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= limit; at += sizeof(std::uint64_t)) {
        std::uint64_t x = 0;
        std::uint64_t y = 0;
        std::memcpy(&x, a.data() + at, sizeof x);
        std::memcpy(&y, b.data() + at, sizeof y);
        if (x != y) return at + static_cast<std::size_t>(std::countr_zero(x ^ y)) / 8;
    }
    while (at < limit && a[at] == b[at]) ++at;
    return at;
}

/// The shortest s with left < s <= right: what an inner node needs to tell two leaves apart. Fixed
/// keys are not cut. Lifetime: a part of `right`. Requires: left < right.
inline ByteSpan shortest_separator(ByteSpan left, ByteSpan right, bool fixed_keys) {
    return fixed_keys ? right : right.first(common_prefix(left, right) + 1);
}

}  // namespace vitrine::btree
