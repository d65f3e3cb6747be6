#pragma once

#include <span>
#include <vector>

#include "btree/limits.hpp"
#include "btree/search.hpp"
#include "core/ids.hpp"
#include "core/word_buffer.hpp"

namespace vitrine::btree {

/// Raw pointers into a checked inner node. Child i has the keys from separator i on, up to separator
/// i + 1. Separator 0 is minus infinity: `heads[0]` and suffix 0 mean nothing, and the prefix is
/// common to the others only.
/// Lifetime: the version's. Threads: immutable.
struct InnerView {
    const std::uint64_t* heads = nullptr;
    const std::uint64_t* children = nullptr;
    const std::uint32_t* suffix_offsets = nullptr;  ///< variable keys: count + 1
    const std::byte* suffixes = nullptr;
    const std::byte* prefix = nullptr;
    std::uint32_t prefix_size = 0;
    std::uint32_t count = 0;  ///< children: at least one
    bool fixed_keys = true;
};

/// Works out the raw pointers of an inner node. Same requirements and errors as view_leaf.
InnerView view_inner(core::Words payload);

/// Throws: std::runtime_error unless separators rise and heads are theirs. For verification.
void check_order(const InnerView& inner);

/// The separators that are stored: of children 1 and later.
inline KeyColumn keys_of(const InnerView& inner) {
    return {inner.heads + 1,   inner.suffix_offsets == nullptr ? nullptr : inner.suffix_offsets + 1,
            inner.suffixes,    inner.prefix,
            inner.prefix_size, inner.count - 1};
}

/// Fixed keys: the last child whose separator <= `head`.
inline std::uint32_t child_index(const InnerView& inner, std::uint64_t head) {
    prefetch_heads(inner.heads, inner.count);
    return upper_bound(inner.heads + 1, inner.count - 1, head);
}
/// Keys of both kinds. Requires: fixed keys are given as 8 bytes.
inline std::uint32_t child_index(const InnerView& inner, ByteSpan key) {
    if (inner.fixed_keys) return child_index(inner, head_of(key));
    prefetch_heads(inner.heads, inner.count);
    const Position at = locate(keys_of(inner), key);
    return at.index + static_cast<std::uint32_t>(at.found);
}

/// The whole separator of child i; empty for child 0.
std::vector<std::byte> separator_at(const InnerView& inner, std::uint32_t i);

/// A child with the separator on its left, borrowed. Of the first child of a node it is not looked
/// at. Fixed keys are 8 bytes.
struct Child {
    ByteSpan separator{};
    std::uint64_t id = 0;
};

/// Children with the separators they borrow.
struct InnerChildren {
    std::vector<std::byte> keys;
    std::vector<Child> children;
};
/// What an inner node was built from; the first separator is empty.
InnerChildren children_of(const InnerView& inner);

/// The size in bytes of the row (header included) of a node with these children: exact.
std::size_t inner_row_bytes(std::span<const Child> children, bool fixed_keys);

/// Makes the payload of an inner node. The same children give the same bytes.
/// Requires: at least one child; separators rise. Cost: O(bytes); one allocation.
core::WordBuffer build_inner(std::span<const Child> children, bool fixed_keys);

/// Where to cut children into nodes: as split_entries. The separator of a node's first child is
/// what the level above needs.
std::vector<std::size_t> split_children(std::span<const Child> children, bool fixed_keys,
                                        const Limits& limits, Fill fill);

}  // namespace vitrine::btree
