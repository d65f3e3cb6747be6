#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <vector>

namespace vitrine {

/// Any bytes, owned: a kind of key and of value.
using Bytes = std::vector<std::byte>;

/// Any bytes, borrowed: how Bytes are passed in, and shown while something else owns them.
using BytesView = std::span<const std::byte>;

/// The value that says nothing: a tree of it is a set of its keys.
struct Unit {
    friend constexpr auto operator<=>(Unit, Unit) = default;
};

}  // namespace vitrine
