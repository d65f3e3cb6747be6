#pragma once

#include <charconv>
#include <string_view>

#include <vitrine/detail/tree_reader.hpp>

#include "core/ids.hpp"

namespace vitrine::btree {

/// What the values of a tree may refer to, by the name of their kind (bindings/cpp/README.md).
struct ValueKind {
    enum What { plain, reference, tree, structure };
    What what = plain;
    core::TypeId type = 0;  ///< of the struct, or of what is referred to; 0: anything
};

inline ValueKind value_kind_of(std::string_view name) {
    const auto type = [&] {
        core::TypeId id = 0;
        if (const std::size_t at = name.find("0x"); at != std::string_view::npos)
            std::from_chars(name.data() + at + 2, name.data() + name.size(), id, 16);
        return id;
    };
    if (name == "root") return {ValueKind::reference, 0};
    if (name.starts_with("ref ")) return {ValueKind::reference, type()};
    if (name.starts_with("tree ")) return {ValueKind::tree, 0};
    if (name.starts_with("struct ")) return {ValueKind::structure, type()};
    return {};
}
inline ValueKind value_kind_of(const TreeKind& kind) { return value_kind_of(kind.value); }
/// The struct that lies in the tree itself as a value; 0: something else does.
inline core::TypeId struct_in(std::string_view value_kind) {
    const ValueKind kind = value_kind_of(value_kind);
    return kind.what == ValueKind::structure ? kind.type : 0;
}

}  // namespace vitrine::btree
