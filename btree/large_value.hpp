#pragma once

#include <vector>

#include <vitrine/detail/leaf_view.hpp>

#include "core/ids.hpp"
#include "core/word_buffer.hpp"

namespace vitrine::btree {

/// The bytes of a value that is an object of its own; 8-aligned. Requires and throws as view_leaf.
ByteSpan view_large_value(core::Words payload);

/// Makes the payload. Requires: value.size() < 2^29, what a Cap'n Proto list can hold.
core::WordBuffer build_large_value(ByteSpan value);

}  // namespace vitrine::btree
