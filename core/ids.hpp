#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>

#include <vitrine/any_ref.hpp>
#include <vitrine/version.hpp>

namespace vitrine::core {

/// Cap'n Proto's unit: every record is a whole number of these, 8-aligned.
using Word = std::uint64_t;
using Words = std::span<const Word>;

/// Cap'n Proto's 64-bit type id of a struct.
using TypeId = std::uint64_t;

/// The machine's name for an object. Ids are given out in rising order and never twice; 0 is none.
struct ObjectId {
    std::uint64_t value = 0;

    explicit constexpr operator bool() const { return value != 0; }
    friend constexpr auto operator<=>(ObjectId, ObjectId) = default;
};

/// Ids are below this, which is what the object table can address: a million million objects.
inline constexpr std::uint64_t kMaxObjectId = (std::uint64_t{1} << 40) - 1;

/// Objects of the machine itself have fixed ids below this; everything else is numbered from here.
inline constexpr std::uint64_t kFirstFreeId = 16;

/// The end of an interval that no later commit has closed yet.
inline constexpr Version kOpen{std::numeric_limits<std::uint64_t>::max()};

constexpr AnyRef to_ref(ObjectId id) { return AnyRef{id.value}; }
constexpr ObjectId to_id(AnyRef ref) { return ObjectId{ref.id()}; }

}  // namespace vitrine::core

template <>
struct std::hash<vitrine::core::ObjectId> {
    std::size_t operator()(vitrine::core::ObjectId id) const noexcept {
        // Fibonacci hashing: ids are dense, and std::hash of an integer is the integer.
        return static_cast<std::size_t>(id.value * 0x9E3779B97F4A7C15ULL);
    }
};
