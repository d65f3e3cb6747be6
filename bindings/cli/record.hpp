#pragma once

#include <span>
#include <vector>

#include <capnp/any.h>
#include <capnp/dynamic.h>

#include "core/ids.hpp"

namespace vitrine::cli {

using Payload = std::vector<core::Word>;

/// A struct's payload as the stored schema reads it. Requires: it passed core::check_row or
/// core::find_payload_fault. Lifetime: the words' and the schema's.
capnp::DynamicStruct::Reader read_payload(capnp::StructSchema schema, core::Words payload);

/// The payload of a struct, the way it is stored.
/// Throws: kj::Exception when it is nested too deeply.
Payload flatten(capnp::AnyStruct::Reader record);

/// What an AnyPointer field refers to, as words of its own: a struct or a list behind a pointer.
Payload flatten_pointer(capnp::AnyPointer::Reader pointer);

/// Whether two records mean the same: the same words in Cap'n Proto's canonical form, which cuts the
/// zeros at the end of structs. Throws: kj::Exception.
bool same_record(capnp::AnyStruct::Reader a, capnp::AnyStruct::Reader b);

/// Bytes that someone gave for a record: checked, so that unchecked readers may look at them.
/// Throws: JsonError with what is wrong.
Payload checked_payload(std::span<const std::byte> bytes);
/// The same for what is to be a struct, not a list. Throws: JsonError.
Payload checked_struct(std::span<const std::byte> bytes);

inline std::span<const std::byte> bytes_of(core::Words words) { return std::as_bytes(words); }
/// Requires: the bytes are aligned, and whole words, as values that are structs are.
core::Words words_of(std::span<const std::byte> bytes);

}  // namespace vitrine::cli
