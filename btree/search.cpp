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

std::size_t write_key(const KeyColumn& keys, bool fixed_keys, std::uint32_t i, std::byte* out) {
    if (fixed_keys) {
        store_head(keys.heads[i], out);
        return kHeadBytes;
    }
    const ByteSpan suffix = keys.suffix(i);
    if (keys.prefix_size != 0) std::memcpy(out, keys.prefix, keys.prefix_size);
    if (!suffix.empty()) std::memcpy(out + keys.prefix_size, suffix.data(), suffix.size());
    return keys.prefix_size + suffix.size();
}

std::size_t keys_bytes(const KeyColumn& keys, bool fixed_keys) {
    if (fixed_keys) return keys.count * kHeadBytes;
    const std::uint32_t suffix_bytes = keys.suffix_offsets[keys.count] - keys.suffix_offsets[0];
    return std::size_t{keys.count} * keys.prefix_size + suffix_bytes;
}

std::vector<std::byte> copy_key(const KeyColumn& keys, bool fixed_keys, std::uint32_t i) {
    const std::size_t size = fixed_keys ? kHeadBytes : keys.prefix_size + keys.suffix(i).size();
    std::vector<std::byte> key(size);
    write_key(keys, fixed_keys, i, key.data());
    return key;
}

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
