#pragma once

#include "bindings/cli/json_value.hpp"
#include "bindings/cli/json_writer.hpp"
#include "bindings/cli/record.hpp"
#include "btree/trees.hpp"
#include "core/schema/registry.hpp"

namespace vitrine::cli {

/// How exact what is written has to be.
enum class Exactness {
    shown,      ///< for people and their programs
    roundtrip,  ///< what reads back to the same bytes, {"$words": …} where JSON has no words for it
};

/// An object's record as JSON, by its stored type. A type that the store does not know: words.
void write_object(JsonWriter& out, const core::schema::Registry& types, core::TypeId type,
                  core::Words payload, Exactness exactness);

/// The record of an object given as JSON. Throws: JsonError.
Payload read_object(const core::schema::Registry& types, core::TypeId type, JsonReader json);

/// A value of a tree by its kind: numbers as keys are, "ref …" and "tree …" as "#12", structs as
/// objects are, units as null.
/// Throws: CorruptionError when the bytes are no value of that kind.
void write_value(JsonWriter& out, const core::schema::Registry& types, std::string_view kind,
                 btree::ByteSpan value, Exactness exactness);

/// Throws: JsonError.
std::vector<std::byte> read_value(const core::schema::Registry& types, std::string_view kind,
                                  JsonReader json);

/// What a value of that kind refers to: "ref …", "tree …". Nothing for other kinds and for none.
std::optional<core::ObjectId> reference_in(std::string_view kind, btree::ByteSpan value);

}  // namespace vitrine::cli
