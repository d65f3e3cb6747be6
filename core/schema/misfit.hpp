#pragma once

#include <optional>
#include <string>

#include <capnp/schema.h>

#include "core/ids.hpp"

namespace vitrine::core::schema {

/// Where a record does not fit its type, and why: "legs[3].name: …"; nothing when it fits. It does
/// when every field can be read: pointers lead to what the field is of, texts end with a NUL. What
/// lies behind an AnyPointer is not looked at.
/// Requires: `payload` passed check_row(), and `schema` is the stored schema of its type, from
/// Registry::find. Cost: O(size of the record).
std::optional<std::string> find_misfit(capnp::StructSchema schema, Words payload);

}  // namespace vitrine::core::schema
