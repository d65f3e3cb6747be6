#pragma once

#include <vitrine/tree.hpp>
#include <vitrine/tree_editor.hpp>

namespace vitrine {

/// A set of keys: a tree without values. Iterating over it gives keys alone; inside a transaction
/// `put(key)` and `insert(key)` take no value.
///
///     TreeSet<std::string> tags = snapshot.tree<std::string, Unit>("tags");
///     for (std::string_view tag : tags) …
template <class K>
using TreeSet = Tree<K, Unit>;

/// The same, writable inside a transaction.
template <class K>
using TreeSetEditor = TreeEditor<K, Unit>;

}  // namespace vitrine
