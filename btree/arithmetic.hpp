#pragma once

#include <cstdint>
#include <string_view>

#include "btree/key.hpp"

namespace vitrine::btree {

/// A word value as a number, and back.
inline std::uint64_t word_of(ByteSpan value) {
    std::uint64_t word = 0;
    std::memcpy(&word, value.data(), sizeof word);
    return word;
}

/// Adds two word values of a kind: "i8" to "u64" wrap in their width, "double" rounds.
/// Requires: a kind of numbers.
std::uint64_t add_words(std::string_view value_kind, std::uint64_t a, std::uint64_t b);

/// Whether the kind has `add`.
bool is_number(std::string_view value_kind);

}  // namespace vitrine::btree
