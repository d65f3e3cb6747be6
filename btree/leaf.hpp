#pragma once

#include <span>
#include <vector>

#include <vitrine/detail/leaf_view.hpp>

#include "btree/limits.hpp"
#include "btree/search.hpp"
#include "core/ids.hpp"
#include "core/word_buffer.hpp"

namespace vitrine::btree {

// -- reading --------------------------------------------------------------------------------------

/// Works out the raw pointers of a leaf. Requires: `payload` passed core::check_row, or was built
/// here. Throws: std::runtime_error with what is wrong; after it every access of the view within
/// its count is safe. Whether keys are in order is not looked at. Cost: O(count); no allocation.
LeafView view_leaf(core::Words payload);

/// Throws: std::runtime_error unless keys rise and heads are theirs. For verification.
void check_order(const LeafView& leaf);

inline KeyColumn keys_of(const LeafView& leaf) {
    return {leaf.heads,  leaf.suffix_offsets, leaf.suffixes,
            leaf.prefix, leaf.prefix_size,    leaf.count};
}

/// Fixed keys: where `head` is, or would be.
inline Position locate(const LeafView& leaf, std::uint64_t head) {
    prefetch_heads(leaf.heads, leaf.count);
    const std::uint32_t index = lower_bound(leaf.heads, leaf.count, head);
    return {index, index < leaf.count && leaf.heads[index] == head};
}
/// Keys of both kinds. Requires: fixed keys are given as 8 bytes.
inline Position locate(const LeafView& leaf, ByteSpan key) {
    if (leaf.fixed_keys) return locate(leaf, head_of(key));
    prefetch_heads(leaf.heads, leaf.count);
    return locate(keys_of(leaf), key);
}

/// The index of the first key >= `key`; the leaf's count when there is none.
inline std::uint32_t lower_bound(const LeafView& leaf, ByteSpan key) {
    return locate(leaf, key).index;
}
inline std::uint32_t lower_bound(const LeafView& leaf, std::uint64_t head) {
    return locate(leaf, head).index;
}

/// The value's stub. Requires: leaf.large(i).
LeafView::LargeStub large_stub(const LeafView& leaf, std::uint32_t i);

/// The whole key: prefix and suffix, or the 8 bytes of a fixed one.
std::vector<std::byte> key_at(const LeafView& leaf, std::uint32_t i);

// -- writing --------------------------------------------------------------------------------------

/// What is told apart in the form of a leaf.
struct LeafKind {
    bool fixed_keys = true;
    ValueForm form = ValueForm::word;
};

/// A key with its value, both borrowed. Fixed keys are 8 bytes, word values 8, those of sets none.
/// `large`: the value's bytes are a LargeStub.
struct Entry {
    ByteSpan key{};
    ByteSpan value{};
    bool large = false;
};

/// Entries with the keys they borrow; the values are borrowed from the leaf.
struct LeafEntries {
    std::vector<std::byte> keys;
    std::vector<Entry> entries;
};
/// What a leaf was built from. Cost: O(bytes of its keys); two allocations.
LeafEntries entries_of(const LeafView& leaf);

/// The size in bytes of the row (header included) of a leaf with these entries, in key order: exact.
std::size_t leaf_row_bytes(std::span<const Entry> entries, LeafKind kind);

/// Makes the payload of a leaf. The same entries give the same bytes.
/// Requires: keys rise. Cost: O(bytes); one allocation.
core::WordBuffer build_leaf(std::span<const Entry> entries, LeafKind kind);

/// Where to cut entries into leaves: the end of each, the last one being entries.size(). A leaf is
/// within the limits unless it is a single entry. Requires: keys rise. Cost: O(bytes of the keys).
std::vector<std::size_t> split_entries(std::span<const Entry> entries, LeafKind kind,
                                       const Limits& limits, Fill fill);

}  // namespace vitrine::btree
