#pragma once

#include <string>

#include <capnp/schema.h>

#include "core/function_ref.hpp"
#include "core/ids.hpp"

namespace vitrine::core::schema {

/// Told of one reference: what it refers to, the type it should have (0: any, or a tree), whether
/// it is to a tree, and where it stands: "parent", "entries[3].target".
using ReferenceSink =
    FunctionRef<void(ObjectId target, TypeId expected, bool is_tree, const std::string& path)>;

/// Reports every `Vitrine.Ref` and `Vitrine.TreeRef` in a record that refers to something: in
/// nested structs, groups, lists and the active member of unions. What lies behind an AnyPointer
/// field is not seen: nobody knows its type.
///
/// Requires: `payload` passed check_row(), and `schema` is the stored schema of its type, from
/// Registry::find. Cost: O(size of the record); allocates for the path of what it reports.
void visit_references(capnp::StructSchema schema, Words payload, ReferenceSink sink);

/// The same without the paths, which cost more than the rest: for who goes over all objects.
using TargetSink = FunctionRef<void(ObjectId target)>;
void visit_targets(capnp::StructSchema schema, Words payload, TargetSink sink);

/// False when no record of the type can hold a reference. Cost: O(fields of all types within it).
bool may_refer(capnp::StructSchema schema);

}  // namespace vitrine::core::schema
