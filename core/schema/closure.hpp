#pragma once

#include <map>

#include <capnp/schema.h>

#include "core/schema/node.hpp"

namespace vitrine::core::schema {

/// A type with everything that its records may hold, by id: groups, nested structs and enums,
/// through lists and what generics are bound to. Not the target of a `Ref`: that is an object of
/// its own.
/// Lifetime: borrows from the schema.
using Closure = std::map<TypeId, Node>;

/// Throws: SchemaError naming the field when it holds a capability (which cannot be stored) or a
/// `Ref` to something that is no struct. Cost: O(fields of the closure); allocates.
Closure closure_of(capnp::StructSchema root);

}  // namespace vitrine::core::schema
