#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <kj/array.h>
#include <kj/string.h>

#include <vitrine/bytes.hpp>

namespace vitrine::detail {

/// What may be passed for a string: std::string, std::string_view, literals, Cap'n Proto's text.
template <class Q>
concept TextArgument = std::convertible_to<const Q&, std::string_view> ||
    std::derived_from<Q, kj::StringPtr> || std::same_as<Q, kj::String>;

template <TextArgument Q>
std::string_view to_text(const Q& argument) {
    if constexpr (std::derived_from<Q, kj::StringPtr> || std::same_as<Q, kj::String>) {
        return {argument.begin(), argument.size()};
    } else {
        return argument;
    }
}

/// What may be passed for bytes: Bytes, BytesView, arrays of std::byte, Cap'n Proto's data.
template <class Q>
concept BytesArgument =
    std::convertible_to<const Q&, BytesView> || std::derived_from<Q, kj::ArrayPtr<const kj::byte>>;

template <BytesArgument Q>
BytesView to_bytes(const Q& argument) {
    if constexpr (std::convertible_to<const Q&, BytesView>) {
        return argument;
    } else {
        return {reinterpret_cast<const std::byte*>(argument.begin()), argument.size()};
    }
}

inline BytesView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::string_view text_of(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace vitrine::detail
