#pragma once

#include <memory>
#include <string>
#include <tuple>

#include <vitrine/detail/key_codec.hpp>
#include <vitrine/detail/struct_type.hpp>
#include <vitrine/detail/tree_reader.hpp>
#include <vitrine/detail/value_codec.hpp>
#include <vitrine/entry.hpp>

namespace vitrine::detail {

[[noreturn]] void throw_no_key(const btree::TreeReader& tree, BytesView key);
[[noreturn]] void throw_no_tree();

/// Kinds as the machine compares them; `type` is the struct to be checked, if values are structs.
struct TypedKind {
    btree::TreeKind kind;
    const StructType* type = nullptr;
};

template <class K, class V>
const TypedKind& kind_of_tree() {
    static const TypedKind kind = [] {
        TypedKind typed{{.key = KeyCodec<K>::name(),
                         .value = ValueCodec<V>::name(),
                         .fixed_keys = KeyCodec<K>::kFixed,
                         .form = ValueCodec<V>::kForm}};
        if constexpr (CapnpStruct<V>) typed.type = &kStructType<V>;
        return typed;
    }();
    return kind;
}

template <class K, class... Qs>
inline constexpr bool kAcceptsFields = false;
template <class... Ks, class... Qs>
inline constexpr bool kAcceptsFields<std::tuple<Ks...>, Qs...> =
    KeyCodec<std::tuple<Ks...>>::template accepts_fields<Qs...>();

/// The encoded key, owned: for bounds.
template <class K, class Q>
btree::KeyBytes key_bytes(const Q& key) {
    const EncodedKey<K> encoded{key};
    const BytesView bytes = encoded;
    return {bytes.begin(), bytes.end()};
}

template <class K, class V>
Entry<K, V> own_entry(btree::Cursor& cursor) {
    using Keys = KeyCodec<K>;
    std::string unescaped;
    const auto key = [&] {
        if constexpr (Keys::kFixed)
            return Keys::view(cursor.head());
        else
            return Keys::own(Keys::view(cursor.key(), unescaped));
    };
    if constexpr (ValueCodec<V>::kHeld) {
        const BytesView value = cursor.value();
        return {key(), ValueCodec<V>::own({.bytes = value, .hold = cursor.hold_value()})};
    } else {
        return {key(), ValueCodec<V>::own(cursor.value())};
    }
}

}  // namespace vitrine::detail
