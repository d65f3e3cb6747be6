#pragma once

#include <string>

#include "core/schema/node.hpp"

namespace vitrine::core::schema {

using TypeReader = capnp::schema::Type::Reader;
using BrandReader = capnp::schema::Brand::Reader;

/// Whether two type expressions mean the same bytes and the same targets: kind, element type, type
/// id, and what the parameters of generics are bound to. Structs are compared by id alone: their
/// insides are compared on their own.
bool same_type(TypeReader a, TypeReader b);

/// What a `Ref` in a field is bound to; nothing for a Ref without an argument.
std::optional<TypeReader> ref_target(BrandReader brand);

/// Whether two default values are the same value.
bool same_value(capnp::schema::Value::Reader a, capnp::schema::Value::Reader b);

/// As a schema file writes it: "List(Ref(Account))".
std::string type_text(TypeReader type, FindNode find);

}  // namespace vitrine::core::schema
