#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "btree/leaf.hpp"
#include "btree/op_set.hpp"

namespace vitrine::btree {

/// Entries of a leaf with operations brought in, in key order. Borrows values from both; owns the
/// keys that a leaf has only in parts, and sums.
struct Merged {
    std::vector<Entry> entries;
    std::vector<std::vector<std::byte>> key_blocks;
    std::deque<std::uint64_t> sums;

    std::int64_t added = 0;                    ///< change of the number of entries
    bool changed = false;                      ///< some entry is not as it was in the leaf
    std::vector<std::uint64_t> dropped_large;  ///< objects of large values that are gone
    std::vector<std::size_t> fresh;            ///< indices of entries that come from operations
};

/// Merges entries [begin, end) of a leaf (`leaf` may be null: none) with operations [from, to).
/// An operation that leaves its key as it was changes nothing.
/// Cost: O(entries + operations).
void merge(Merged& out, const LeafView* leaf, std::uint32_t begin, std::uint32_t end,
           const OpSet& ops, OpSet::Position from, OpSet::Position to, std::string_view value_kind);

}  // namespace vitrine::btree
