#pragma once

#include <capnp/dynamic.h>

#include "bindings/cli/json_value.hpp"
#include "bindings/cli/json_writer.hpp"

namespace vitrine::cli {

// Structs as JSON, by the stored schema (bindings/cli/README.md, "Values as JSON"):
//   fields by name; pointers that are null are left out; of a union only its active member, which is
//   null when it has no value. 64-bit integers are strings of digits, Data is base64, a Ref is "#12",
//   an enumerant its name, an AnyPointer {"$words": …}, a text that is not UTF-8 {"$bytes": …}.
// Not Cap'n Proto's JsonCodec: it has no words for AnyPointers and such texts, loses unknown members
// of unions silently, and could not be told of Ref(T) without naming every T.

/// Throws: kj::Exception where the record does not fit its schema, or holds a list of AnyPointers.
void write_struct(JsonWriter& out, capnp::DynamicStruct::Reader record);

/// The same, but what cannot be read comes as {"$words": …}: for showing.
void show_struct(JsonWriter& out, capnp::DynamicStruct::Reader record);

/// Writes what can be read back to the same record, and as {"$words": …} what cannot.
/// Cost: writes, parses and compares it.
void write_struct_exactly(JsonWriter& out, capnp::DynamicStruct::Reader record);

/// Any value that a record holds; requires what write_struct does.
void write_dynamic(JsonWriter& out, const capnp::DynamicValue::Reader& value, capnp::Type type);

/// Fills `record` from an object. Throws: JsonError naming the field.
void read_struct(JsonReader json, capnp::DynamicStruct::Builder record);

/// A reference as texts have it: "#12". Throws: JsonError.
std::uint64_t reference_of(std::string_view text);

/// Vitrine.Ref or Vitrine.TreeRef.
bool is_reference(capnp::StructSchema schema);
std::uint64_t reference_id(capnp::DynamicStruct::Reader reference);

}  // namespace vitrine::cli
