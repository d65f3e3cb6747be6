#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vitrine::btree {

using ByteSpan = std::span<const std::byte>;

/// How the values of a tree lie in a leaf.
enum class ValueForm : std::uint8_t {
    none,   ///< sets
    word,   ///< 8 bytes each, in place: numbers, references
    bytes,  ///< any length: strings, bytes, and structs (whole words)
};

/// Raw pointers into a checked leaf record, worked out once when the leaf is materialised.
/// Keys are order-preserving bytes. Fixed keys are exactly 8 bytes, kept as big-endian numbers in
/// `heads`. Others are cut: prefix (common to the leaf) + suffix; `heads` has the first 8 bytes of
/// each suffix as a big-endian number, padded with zeros.
/// Lifetime: the version's. Threads: immutable.
struct LeafView {
    const std::uint64_t* heads = nullptr;
    const std::byte* values = nullptr;
    const std::uint32_t* value_offsets = nullptr;   ///< bytes form: count + 1; kLarge marks a stub
    const std::uint32_t* suffix_offsets = nullptr;  ///< variable keys: count + 1
    const std::byte* suffixes = nullptr;
    const std::byte* prefix = nullptr;
    std::uint32_t prefix_size = 0;
    std::uint32_t count = 0;
    bool fixed_keys = true;
    ValueForm form = ValueForm::none;

    /// A value that is an object of its own: the offset's mark, and the 16 bytes in its place.
    static constexpr std::uint32_t kLarge = 0x8000'0000U;
    struct LargeStub {
        std::uint64_t object;
        std::uint64_t bytes;
    };

    [[nodiscard]] bool large(std::uint32_t i) const {
        return form == ValueForm::bytes && (value_offsets[i] & kLarge) != 0;
    }
    /// The value in place (the stub when large(i)).
    [[nodiscard]] ByteSpan value(std::uint32_t i) const {
        if (form == ValueForm::word) return {values + std::size_t{i} * 8, 8};
        if (form == ValueForm::none) return {};
        const std::uint32_t begin = value_offsets[i] & ~kLarge;
        return {values + begin, (value_offsets[i + 1] & ~kLarge) - begin};
    }
    [[nodiscard]] ByteSpan suffix(std::uint32_t i) const {
        return {suffixes + suffix_offsets[i], suffix_offsets[i + 1] - suffix_offsets[i]};
    }
};

}  // namespace vitrine::btree
