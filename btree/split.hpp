#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "btree/limits.hpp"

namespace vitrine::btree::detail {

// `Size` measures a node while items are added to it in key order: add(item), count(), row_bytes(),
// and cost(item): what an item takes besides what it shares with those added.

template <class Size, class Item>
std::size_t chunk_end(std::span<const Item> items, std::size_t begin, Size size,
                      const Limits& limits, std::size_t end) {
    std::size_t at = begin;
    for (; at < end; ++at) {
        Size next = size;
        next.add(items[at]);
        if (at != begin &&
            (next.row_bytes() > limits.max_row_bytes || next.count() > limits.max_entries))
            break;
        size = next;
    }
    return at;
}

template <class Size, class Item>
std::vector<std::size_t> fill_full(std::span<const Item> items, const Size& empty,
                                   const Limits& limits) {
    std::vector<std::size_t> ends;
    for (std::size_t begin = 0; begin < items.size(); begin = ends.back()) {
        ends.push_back(chunk_end(items, begin, empty, limits, items.size()));
    }
    return ends;
}

/// Aims at `chunks` parts. Takes more where the limits demand it.
template <class Size, class Item>
std::vector<std::size_t> fill_even(std::span<const Item> items, const Size& empty,
                                   const Limits& limits, std::size_t chunks) {
    Size whole = empty;
    for (const Item& item : items) whole.add(item);
    std::size_t rest = 0;
    for (const Item& item : items) rest += whole.cost(item);

    std::vector<std::size_t> ends;
    std::size_t begin = 0;
    while (begin < items.size()) {
        const std::size_t parts = chunks > ends.size() ? chunks - ends.size() : 1;
        const std::size_t target = rest / parts;
        std::size_t taken = 0;
        std::size_t aim = begin;
        while (aim < items.size()) {  // to the cut nearest to the target
            const std::size_t cost = whole.cost(items[aim]);
            if (aim != begin && parts > 1 && taken + cost / 2 > target) break;
            taken += cost;
            ++aim;
        }
        const std::size_t end = chunk_end(items, begin, empty, limits, aim);
        for (std::size_t i = end; i < aim; ++i) taken -= whole.cost(items[i]);
        rest -= taken;
        begin = end;
        ends.push_back(end);
    }
    return ends;
}

/// Where to cut: the end of each chunk, the last one being items.size(). A chunk is within the
/// limits unless it is a single item. Requires: `items` in key order. Cost: O(their bytes).
template <class Size, class Item>
std::vector<std::size_t> split(std::span<const Item> items, const Size& empty,
                               const Limits& limits, Fill fill) {
    std::vector<std::size_t> full = fill_full(items, empty, limits);
    if (fill == Fill::full || full.size() < 2) return full;
    std::vector<std::size_t> even = fill_even(items, empty, limits, full.size());
    // Equal shares of so many do not always fit; then one more is both possible and more even.
    if (even.size() > full.size()) return fill_even(items, empty, limits, full.size() + 1);
    return even;
}

}  // namespace vitrine::btree::detail
