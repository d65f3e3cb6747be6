#pragma once

#include <vitrine/detail/cursor.hpp>

#include "btree/leaf.hpp"

namespace vitrine::btree {

/// The part of a leaf that lies within bounds, and whether the bounds end in it (seen in their
/// direction), so that no further leaf has to be looked at.
struct Clamped {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool last = false;
};

inline Clamped clamp(const LeafView& leaf, const Bounds& bounds) {
    Clamped part{0, leaf.count, false};
    if (bounds.low) part.begin = lower_bound(leaf, ByteSpan(*bounds.low));
    if (bounds.high) {
        const Position at = locate(leaf, ByteSpan(*bounds.high));
        part.end = at.index + static_cast<std::uint32_t>(at.found && bounds.high_included);
    }
    part.last = bounds.reversed ? part.begin > 0 : part.end < leaf.count;
    return part;
}

}  // namespace vitrine::btree
