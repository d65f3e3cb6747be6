#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bindings/cli/progress_bar.hpp"
#include "btree/trees.hpp"
#include "mvcc/snapshot.hpp"

namespace vitrine::cli {

/// Rows of one type, by whether the newest version shows them. Unit: bytes of rows, without the
/// pages around them.
struct TypeSpace {
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
    std::uint64_t older_rows = 0;  ///< superseded versions that are kept
    std::uint64_t older_bytes = 0;
};

struct TreeSpace {
    core::ObjectId id;
    btree::TreeKind kind;
    std::uint64_t entries = 0;
    std::uint64_t nodes = 0;
    std::uint64_t bytes = 0;  ///< of its nodes and large values
};

struct Space {
    std::map<core::TypeId, TypeSpace> types;
    std::uint64_t tombstones = 0;
    std::uint64_t trees = 0;
    std::vector<TreeSpace> largest_trees;  ///< in falling order of their bytes
};

/// Reads every row once and every tree's nodes once more.
/// Throws: CancelledError, CorruptionError. Cost: memory for `shown_trees` trees.
Space measure_space(const mvcc::Snapshot& snapshot, std::size_t shown_trees, ProgressBar& bar);

}  // namespace vitrine::cli
