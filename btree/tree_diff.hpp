#pragma once

#include <optional>

#include "btree/nodes.hpp"
#include "core/function_ref.hpp"

namespace vitrine::btree {

/// One key that two versions of a tree do not agree on. Borrowed for the call.
struct KeyChange {
    ByteSpan key{};
    std::optional<ByteSpan> before{};  ///< nothing: absent
    std::optional<ByteSpan> after{};
};

/// Tells, in key order, where a tree differs between two snapshots of one store; a tree that is not
/// there has no entries. Ends early when `sink` returns false.
/// Cost: a look at each leaf of both; only leaves that are not shared are gone through.
/// Throws: CorruptionError, StorageError.
void diff_trees(const mvcc::Snapshot& before, const mvcc::Snapshot& after, ObjectId tree,
                core::FunctionRef<bool(const KeyChange&)> sink);

/// Whether the tree has the same entries in both.
bool same_trees(const mvcc::Snapshot& before, const mvcc::Snapshot& after, ObjectId tree);

}  // namespace vitrine::btree
