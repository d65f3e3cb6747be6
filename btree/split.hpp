#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "btree/limits.hpp"

namespace vitrine::btree::detail {

// `Size` measures a node while items are added to it in key order: add(item), count(), row_bytes().

/// As many items in each chunk as the limits allow. The end of each; the last is items.size().
template <class Size, class Item>
std::vector<std::size_t> fill_chunks(std::span<const Item> items, const Size& empty,
                                     const Limits& limits) {
    std::vector<std::size_t> ends;
    Size size = empty;
    for (std::size_t i = 0; i < items.size(); ++i) {
        Size next = size;
        next.add(items[i]);
        const bool fits =
            next.row_bytes() <= limits.max_row_bytes && next.count() <= limits.max_entries;
        if (!fits && size.count() != 0) {
            ends.push_back(i);
            next = empty;
            next.add(items[i]);
        }
        size = next;
    }
    if (!items.empty()) ends.push_back(items.size());
    return ends;
}

/// Where to cut: the end of each chunk. A chunk is within the limits unless it is a single item.
/// Even chunks are full ones under the tightest limits that need no more of them: what a node takes
/// depends on the prefix of its own keys, so shares cannot be worked out beforehand.
/// Requires: `items` in key order. Cost: O(n); even: ten times as much.
template <class Size, class Item>
std::vector<std::size_t> split(std::span<const Item> items, const Size& empty, const Limits& limits,
                               Fill fill) {
    std::vector<std::size_t> best = fill_chunks(items, empty, limits);
    if (fill == Fill::full || best.size() < 2) return best;
    constexpr std::size_t kSteps = 512;
    // All but the last chunk are full: tighter than by half would always need more.
    std::size_t low = kSteps / 2 - kSteps / 16;
    std::size_t high = kSteps;
    while (high - low > 1) {
        const std::size_t middle = (low + high) / 2;
        const Limits tighter{.max_row_bytes = limits.max_row_bytes * middle / kSteps,
                             .max_entries = (limits.max_entries * middle + kSteps - 1) / kSteps};
        std::vector<std::size_t> ends = fill_chunks(items, empty, tighter);
        if (ends.size() <= best.size()) {
            best = std::move(ends);
            high = middle;
        } else {
            low = middle;
        }
    }
    return best;
}

}  // namespace vitrine::btree::detail
