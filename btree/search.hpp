#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "btree/key.hpp"

namespace vitrine::btree {

/// The keys of a node as the search sees them, with LeafView's meanings. Borrowed.
struct KeyColumn {
    const std::uint64_t* heads = nullptr;
    const std::uint32_t* suffix_offsets = nullptr;
    const std::byte* suffixes = nullptr;
    const std::byte* prefix = nullptr;
    std::uint32_t prefix_size = 0;
    std::uint32_t count = 0;

    [[nodiscard]] ByteSpan suffix(std::uint32_t i) const {
        return {suffixes + suffix_offsets[i], suffix_offsets[i + 1] - suffix_offsets[i]};
    }
};

/// The first key that is not below the one looked for, and whether it is that one.
struct Position {
    std::uint32_t index = 0;
    bool found = false;
};

/// Starts fetching the lines that a search will jump between. Without it the branch-free search
/// waits for memory at every step, and is slower than one that guesses.
inline void prefetch_heads(const std::uint64_t* heads, std::uint32_t count) {
    constexpr std::uint32_t kLine = 8;  // heads in 64 bytes
    for (std::uint32_t i = 0; i < count; i += kLine) __builtin_prefetch(heads + i);
}

namespace detail {

/// How many heads at the front satisfy `below`. Requires: they are all at the front.
/// Arithmetic instead of a branch. The empty asm hides that the mask is all or nothing: clang makes
/// a jump of it otherwise, guessed wrong every other time.
template <class Below>
inline std::uint32_t count_front(const std::uint64_t* heads, std::uint32_t count, Below below) {
    if (count == 0) return 0;
    const std::uint64_t* base = heads;
    std::size_t left = count;
    while (left > 1) {
        const std::size_t half = left / 2;
        std::size_t mask = std::size_t{0} - static_cast<std::size_t>(below(base[half - 1]));
        asm("" : "+r"(mask));
        base += half & mask;
        left -= half;
    }
    return static_cast<std::uint32_t>(base - heads) + static_cast<std::uint32_t>(below(*base));
}

}  // namespace detail

/// The index of the first head >= `head`; `count` when there is none. Cost: O(log count).
inline std::uint32_t lower_bound(const std::uint64_t* heads, std::uint32_t count,
                                 std::uint64_t head) {
    return detail::count_front(heads, count, [head](std::uint64_t other) { return other < head; });
}

/// The index of the first head > `head`; `count` when there is none.
inline std::uint32_t upper_bound(const std::uint64_t* heads, std::uint32_t count,
                                 std::uint64_t head) {
    return detail::count_front(heads, count, [head](std::uint64_t other) { return other <= head; });
}

/// Writes the whole key to `out`, and returns its size. For fixed keys: 8.
std::size_t write_key(const KeyColumn& keys, bool fixed_keys, std::uint32_t i, std::byte* out);
/// What write_key writes for all keys together.
std::size_t keys_bytes(const KeyColumn& keys, bool fixed_keys);
std::vector<std::byte> copy_key(const KeyColumn& keys, bool fixed_keys, std::uint32_t i);

/// Finds a variable key. Cost: O(log count + key length); rarely touches more than one suffix.
Position locate(const KeyColumn& keys, ByteSpan key);

}  // namespace vitrine::btree
