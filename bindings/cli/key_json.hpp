#pragma once

#include <string_view>

#include "bindings/cli/json_value.hpp"
#include "bindings/cli/json_writer.hpp"
#include "btree/trees.hpp"

namespace vitrine::cli {

// Keys by the kind that the head of their tree gives ("i64", "(string,u8)"): numbers as numbers, those
// of 64 bits as strings of digits, strings as strings, bytes as base64, tuples as arrays.

/// Throws: CorruptionError when the bytes are no key of that kind; JsonError for an unknown kind.
void write_key(JsonWriter& out, std::string_view kind, btree::ByteSpan key);

/// The same for people: a string that is plain text comes without quotes.
std::string show_key(std::string_view kind, btree::ByteSpan key);

/// Throws: JsonError, UsageError when it is too long or NaN.
btree::KeyBytes read_key(std::string_view kind, JsonReader json);

/// A key as people type it: JSON, but a string may do without its quotes, if it does not begin with
/// one, and a number of 64 bits too. `leading`: the first fields of a tuple do, or the first bytes of
/// a string. Throws: as read_key.
btree::KeyBytes parse_key(std::string_view kind, std::string_view text, bool leading = false);

/// The first key behind all that begin with these bytes; nothing when there is none.
std::optional<btree::KeyBytes> end_of_prefix(btree::KeyBytes prefix);

}  // namespace vitrine::cli
