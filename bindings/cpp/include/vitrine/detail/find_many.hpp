#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include <vitrine/detail/key_codec.hpp>
#include <vitrine/detail/tree_reader.hpp>

namespace vitrine::detail {

/// Encodes the keys a block at a time, and visits them. `sink`: (index in `keys`, value or null).
template <class K, class Sink>
void visit_many(const btree::TreeReader& tree, std::span<const K> keys, Sink sink) {
    constexpr std::size_t kBlock = 64;
    for (std::size_t first = 0; first < keys.size(); first += kBlock) {
        const auto some = keys.subspan(first, std::min(kBlock, keys.size() - first));
        std::array<std::optional<EncodedKey<K>>, kBlock> encoded;
        std::array<BytesView, kBlock> bytes;
        for (std::size_t i = 0; i < some.size(); ++i) bytes[i] = encoded[i].emplace(some[i]);
        tree.visit_many(std::span(bytes).first(some.size()),
                        [&](std::size_t i, const BytesView* value) { sink(first + i, value); });
    }
}

}  // namespace vitrine::detail
