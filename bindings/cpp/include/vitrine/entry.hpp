#pragma once

#include <vitrine/detail/key_codec.hpp>
#include <vitrine/detail/value_codec.hpp>

namespace vitrine {

/// A key and its value, owned: strings and bytes copied, a struct as an Item.
/// Threads: a value; copies may be used and dropped by any thread.
template <class K, class V>
struct Entry {
    K key;
    typename detail::ValueCodec<V>::Owned value;
};

/// A key and its value as an iteration shows them: strings as std::string_view, structs as their
/// readers. Take it apart: `for (auto [key, value] : tree)`.
/// Lifetime: until the iterator that gave it moves or goes.
///
///     std::string_view name = tree.begin()->key;   // WRONG: dangles, the iterator goes
///     std::string name{tree.begin()->key};         // right: copies it
template <class K, class V>
struct EntryView {
    typename detail::KeyCodec<K>::View key;
    typename detail::ValueCodec<V>::View value;
};

}  // namespace vitrine
