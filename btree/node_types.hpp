#pragma once

#include <span>

#include "btree/nodes.capnp.h"
#include "mvcc/object_version.hpp"

namespace vitrine::btree {

inline constexpr core::TypeId kLeafType = capnp::typeId<format::Leaf>();
inline constexpr core::TypeId kInnerType = capnp::typeId<format::Inner>();
inline constexpr core::TypeId kTreeHeaderType = capnp::typeId<format::TreeHeader>();
inline constexpr core::TypeId kLargeValueType = capnp::typeId<format::LargeValue>();

/// What is kept beside the versions of nodes: LeafView, InnerView, TreeHeaderView, and the ByteSpan
/// of a large value. Lifetime: static.
std::span<const mvcc::TypeTraits> node_traits();

}  // namespace vitrine::btree
