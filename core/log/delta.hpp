#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/ids.hpp"
#include "core/word_buffer.hpp"

namespace vitrine::core::log {

// How a payload comes out of an older one of the same object: pieces, each [from: 24 bits][bytes
// copied from there: 20][bytes that follow: 20], then those, padded to words.

/// Made by one thread, freed by another.
using Delta = WordBuffer;

/// Bytes of the new payload that are in the old one. Unit: bytes.
struct CopiedRun {
    std::size_t to = 0;
    std::size_t from = 0;
    std::size_t bytes = 0;
};

/// Nothing when it would not be much smaller than the payload. Requires: the runs ascend and do not
/// overlap in the new payload. Cost: O(what is not copied).
Delta make_delta(Words fresh, std::span<const CopiedRun> runs);

/// The payload of `words` words; nothing when the delta does not fit the two.
/// For any content: never reads or writes outside.
std::optional<WordBuffer> apply_delta(Words old, Words delta, std::size_t words);

}  // namespace vitrine::core::log
