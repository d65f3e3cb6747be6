#include "btree/search.hpp"

namespace vitrine::btree {
namespace {

/// Compares suffixes whose heads are equal: their first 8 bytes, or all that the shorter one has,
/// need not be looked at again.
std::strong_ordering compare_tails(ByteSpan a, ByteSpan b) {
    if (std::min(a.size(), b.size()) <= kHeadBytes) return a.size() <=> b.size();
    return compare_keys(a.subspan(kHeadBytes), b.subspan(kHeadBytes));
}

}  // namespace

Position locate(const KeyColumn& keys, ByteSpan key) {
    const std::size_t shared = std::min<std::size_t>(keys.prefix_size, key.size());
    const int order = shared == 0 ? 0 : std::memcmp(key.data(), keys.prefix, shared);
    if (order < 0) return {0, false};
    if (order > 0) return {keys.count, false};
    if (key.size() < keys.prefix_size) return {0, false};  // a part of the prefix: before all keys

    const ByteSpan suffix = key.subspan(keys.prefix_size);
    const std::uint64_t head = head_of(suffix);
    std::uint32_t index = lower_bound(keys.heads, keys.count, head);
    // Most often the first key with that head decides; many share it where keys differ only late.
    if (index == keys.count || keys.heads[index] != head) return {index, false};
    std::strong_ordering tail = compare_tails(keys.suffix(index), suffix);
    if (tail >= 0) return {index, tail == 0};
    ++index;
    const std::uint32_t end = index + upper_bound(keys.heads + index, keys.count - index, head);
    std::uint32_t left = end - index;
    while (left > 0) {
        const std::uint32_t half = left / 2;
        tail = compare_tails(keys.suffix(index + half), suffix);
        if (tail == 0) return {index + half, true};
        if (tail < 0) {
            index += half + 1;
            left -= half + 1;
        } else {
            left = half;
        }
    }
    return {index, false};
}

}  // namespace vitrine::btree
