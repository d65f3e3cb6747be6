#pragma once

#include <span>

#include "btree/nodes.capnp.h"
#include "mvcc/object_version.hpp"

namespace vitrine::btree {

inline constexpr core::TypeId kLeafType = capnp::typeId<format::Leaf>();
inline constexpr core::TypeId kInnerType = capnp::typeId<format::Inner>();
inline constexpr core::TypeId kTreeHeaderType = capnp::typeId<format::TreeHeader>();
inline constexpr core::TypeId kLargeValueType = capnp::typeId<format::LargeValue>();

/// Objects that only a tree refers to, and no program.
constexpr bool is_part_of_tree(core::TypeId type) {
    return type == kLeafType || type == kInnerType || type == kLargeValueType;
}

/// What is kept beside the versions of nodes: LeafView, InnerView, TreeHeaderView, and the ByteSpan
/// of a large value. Lifetime: static.
std::span<const mvcc::TypeTraits> node_traits();

}  // namespace vitrine::btree
