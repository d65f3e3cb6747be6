#pragma once

#include <vitrine/detail/merge_range.hpp>
#include <vitrine/tree.hpp>

namespace vitrine {

/// The entries of both trees in key order; those of `a` where both have the key. Lazy: entries are
/// read as the iteration comes to them. The range holds both trees.
///
///     for (auto [name, account] : union_of(monday, tuesday)) …
template <class K, class V>
[[nodiscard]] auto union_of(const Tree<K, V>& a, const Tree<K, V>& b) {
    return detail::MergeRange<K, V, detail::Merge::unite>{a.machine(), b.machine()};
}

/// The entries of `a` whose keys `b` has too; the values of `b` may be of another kind.
template <class K, class V, class W>
[[nodiscard]] auto intersection_of(const Tree<K, V>& a, const Tree<K, W>& b) {
    return detail::MergeRange<K, V, detail::Merge::intersect>{a.machine(), b.machine()};
}

/// The entries of `a` whose keys `b` has not.
template <class K, class V, class W>
[[nodiscard]] auto difference_of(const Tree<K, V>& a, const Tree<K, W>& b) {
    return detail::MergeRange<K, V, detail::Merge::subtract>{a.machine(), b.machine()};
}

}  // namespace vitrine
