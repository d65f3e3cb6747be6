#pragma once

#include "core/schema/node.hpp"

namespace vitrine::core::schema {

/// How a program's type fits the stored one.
enum class Fit {
    equal,
    grown,         ///< the program has more, or a newer name: what is stored should be replaced
    older_prefix,  ///< the program has less; all it has is as stored
};

struct Side {
    Node node;
    FindNode find;  ///< the groups of the node, and the names of other types
};

/// Compares one struct, groups included, or one enum. Types that it mentions are compared by id;
/// walking them is the caller's (Registry::check).
///
/// Fields go by their place, which Cap'n Proto never gives to another. In the same place must
/// stand the same type, `Ref` target, default value, offset and union membership, under the same
/// name, unless `$Vitrine.was` of either side has the other side's name.
///
/// Cap'n Proto's own checker (SchemaLoader) takes renames, swapped meanings and fields moved into a
/// union, and looks neither at annotations nor at what generics are bound to.
///
/// Requires: the two ids are equal. Throws: SchemaError naming the type, the field and both sides;
/// CorruptionError when a stored group is missing. Cost: O(fields); allocates.
Fit compare(const Side& stored, const Side& program);

}  // namespace vitrine::core::schema
