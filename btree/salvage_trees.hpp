#pragma once

#include <string>
#include <vector>

#include "core/function_ref.hpp"
#include "core/storage.hpp"

namespace vitrine::btree {

/// A tree that was not whole, and is again.
struct RepairedTree {
    core::ObjectId id;
    bool header_lost = false;             ///< only the catalog of root names is made anew
    std::uint64_t entries_said = 0;       ///< by its header
    std::uint64_t entries = 0;            ///< now
    std::uint64_t nodes_lost = 0;         ///< nodes that others refer to and that are not there
    std::uint64_t leaves_attached = 0;    ///< that nothing led to any more
    std::uint64_t large_values_lost = 0;  ///< their entries went with them
};

/// A leaf that nothing leads to, and that fits no tree with a part missing, or several.
struct LooseLeaf {
    core::ObjectId id;
    std::uint64_t entries = 0;
    std::string first_key{};  ///< escaped
    std::string last_key{};
};

struct TreeRepairs {
    std::uint64_t trees = 0;
    std::vector<RepairedTree> repaired{};
    std::vector<LooseLeaf> loose{};
    [[nodiscard]] bool whole() const { return repaired.empty() && loose.empty(); }
};

/// Makes every tree sound of which nodes are missing, or of different ages: surviving leaves stay as
/// they are, the nodes above them are made anew, under the same header with the right count. Leaves
/// whose parents are all lost go where their keys fit into what is missing of exactly one tree.
/// All of it is one more commit. What cannot be attached stays in the store, for who looks by its id,
/// until garbage is collected.
/// Requires: every row passed its check; nobody else uses the storage. Throws: StorageError;
/// CancelledError when `progress` (nodes) says so.
/// Cost: reads the store once, and each node and large value of trees; memory for each node's id.
TreeRepairs repair_trees(core::Storage& storage,
                         core::FunctionRef<bool(std::uint64_t, std::uint64_t)> progress);

}  // namespace vitrine::btree
