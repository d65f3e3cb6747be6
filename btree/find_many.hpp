#pragma once

#include <span>

#include "btree/nodes.hpp"
#include "core/function_ref.hpp"

namespace vitrine::btree {

/// Descents that go on together.
inline constexpr std::size_t kLanes = 16;

/// Finds several keys at once: all descents take the same step, and each fetches what its next step
/// needs before any of them takes it. So the waits for memory lie side by side; a single descent
/// waits for one after the other. Calls `sink` with each lane's value, or null.
///
/// Requires: at most kLanes keys; an epoch guard, for as long as the values are used.
/// Throws: CorruptionError, StorageError.
///
/// Source: group prefetching, as in Chen et al., "Improving Hash Join Performance through
/// Prefetching", 2004, here for trees. All leaves are at one depth, so lanes keep step by themselves.
void find_together(const mvcc::Snapshot& snapshot, const TreeState& tree,
                   std::span<const ByteSpan> keys,
                   core::FunctionRef<void(std::size_t lane, const ByteSpan* value)> sink);

}  // namespace vitrine::btree
