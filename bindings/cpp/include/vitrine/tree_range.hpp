#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <vitrine/tree_iterator.hpp>

namespace vitrine {

namespace detail {
[[noreturn]] void throw_no_partitions();
/// The least key above all that begin with `prefix`; nothing when there is none.
std::optional<btree::KeyBytes> end_of_prefix(BytesView prefix);
}  // namespace detail

/// A part of a tree, in one direction; nothing is read before begin(). It holds its tree.
///
///     for (auto [key, value] : store.snapshot().tree<K, V>("t").range(a, b))   // safe
///
/// Threads: const members by any thread (a transaction's: by its thread).
template <class K, class V>
class TreeRange {
  public:
    using iterator = TreeIterator<K, V>;
    using const_iterator = iterator;
    using value_type = typename iterator::value_type;

    TreeRange(std::shared_ptr<const btree::TreeReader> tree, btree::Bounds bounds)
        : tree_(std::move(tree)), bounds_(std::move(bounds)) {}

    /// Cost: a descent; allocates. Throws: CorruptionError, StorageError.
    [[nodiscard]] iterator begin() const { return iterator{tree_, bounds_}; }
    [[nodiscard]] iterator end() const { return {}; }
    /// Cost: a descent, not O(1) as a tree's.
    [[nodiscard]] bool empty() const { return begin() == end(); }

    /// The same entries the other way round.
    [[nodiscard]] TreeRange reversed() const {
        TreeRange other = *this;
        other.bounds_.reversed = !bounds_.reversed;
        return other;
    }

    /// At most `n` ranges of about equal work, in key order, that together are this one: for n
    /// threads. Throws: UsageError when n is 0. Cost: reads the top of the tree; no read recorded.
    [[nodiscard]] std::vector<TreeRange> partitions(std::size_t n) const {
        if (n == 0) detail::throw_no_partitions();
        std::vector<TreeRange> parts;
        TreeRange rest = *this;
        for (btree::KeyBytes& cut : tree_->cuts(bounds_, n)) {
            TreeRange part = rest;
            part.bounds_.high = cut;
            part.bounds_.high_included = false;
            rest.bounds_.low = std::move(cut);
            parts.push_back(std::move(part));
        }
        parts.push_back(std::move(rest));
        return parts;
    }

  private:
    std::shared_ptr<const btree::TreeReader> tree_;
    btree::Bounds bounds_;
};

}  // namespace vitrine
