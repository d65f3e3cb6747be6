#pragma once

#include <string>

#include <capnp/common.h>

#include <vitrine/detail/struct_type.hpp>
#include <vitrine/detail/tree_kind.hpp>

#include "mvcc/object_version.hpp"
#include "mvcc/store.hpp"

namespace vitrine::detail {

/// Compares the program's struct with the stored one and remembers that it fits. Throws:
/// SchemaError.
void check_first_use(mvcc::Store& store, const StructType& type);

inline void check_schema(mvcc::Store& store, const StructType& type) {
    if (!store.type_checks().done(type.slot.load(std::memory_order_relaxed))) [[unlikely]]
        check_first_use(store, type);
}

inline void check_schema(mvcc::Store& store, const TypedKind& kind) {
    if (kind.type != nullptr) check_schema(store, *kind.type);
}

/// What messages call it: "Account".
std::string name_of(const StructType& type);

/// "of type Account", "a tree".
std::string describe_type(mvcc::Store& store, core::TypeId type);

/// Throws: TypeError naming both types.
[[noreturn]] void throw_other_type(mvcc::Store& store, core::ObjectId id, core::TypeId stored,
                                   const StructType& asked);

/// Refuses objects of another type, and types that do not fit. Throws: TypeError, SchemaError.
inline void check_type(mvcc::Store& store, core::ObjectId id, core::TypeId stored,
                       const StructType& asked) {
    if (stored != asked.id) [[unlikely]]
        throw_other_type(store, id, stored, asked);
    check_schema(store, asked);
}

inline const capnp::word* as_words(core::Words payload) {
    return reinterpret_cast<const capnp::word*>(payload.data());
}

}  // namespace vitrine::detail
