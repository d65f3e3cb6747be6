#pragma once

#include <cstdlib>
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

inline ValueKind value_kind_of(const TreeKind& kind) {
    const std::string_view name = kind.value;
    const auto type = [&]() -> core::TypeId {
        const std::size_t at = name.find("0x");
        return at == std::string_view::npos ? 0 : std::strtoull(name.data() + at + 2, nullptr, 16);
    };
    if (name == "root") return {ValueKind::reference, 0};
    if (name.starts_with("ref ")) return {ValueKind::reference, type()};
    if (name.starts_with("tree ")) return {ValueKind::tree, 0};
    if (name.starts_with("struct ")) return {ValueKind::structure, type()};
    return {};
}

}  // namespace vitrine::btree
