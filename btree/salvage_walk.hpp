#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "btree/inner.hpp"
#include "btree/key.hpp"
#include "btree/leaf.hpp"
#include "btree/nodes.hpp"
#include "core/storage.hpp"

namespace vitrine::btree {

/// An object's newest row, copied.
struct NewestRow {
    Version version{};
    core::TypeId type = 0;
    std::vector<core::Word> words{};
    [[nodiscard]] core::Words payload() const;
};
/// Nothing when there is none, or it is a tombstone.
std::optional<NewestRow> newest_row(core::Storage& storage, ObjectId id);

/// Nodes by id: whether a tree has them.
using NodeSet = std::map<ObjectId, bool>;

/// A leaf as a tree has it.
struct FoundLeaf {
    ObjectId id{};
    Version version{};
    KeyBytes first{};
    KeyBytes last{};
    std::uint64_t entries = 0;
    LeafKind kind{};
    bool rewrite = false;  ///< it has large values that are lost
};

/// A part of a tree that is missing: keys from `low` on, below `high`; nothing: no bound.
struct Gap {
    std::optional<KeyBytes> low{};
    std::optional<KeyBytes> high{};
};

/// What is left of one tree.
struct TreeRemains {
    ObjectId header{};
    Version version{};  ///< of the header's row; 0: it is lost
    TreeKind kind{};
    TreeState state{};
    std::vector<FoundLeaf> leaves{};
    std::vector<ObjectId> inners{};
    std::vector<Gap> gaps{};
    std::uint64_t attached = 0;
    std::uint64_t large_lost = 0;
    bool broken = false;
};

/// Walks a tree from its header down to what is there, and marks that in `nodes`. Leaves are kept
/// only of broken trees.
TreeRemains walk_remains(core::Storage& storage, ObjectId header, const NewestRow& row,
                         NodeSet& nodes, core::FunctionRef<void()> tick);

/// The leaf's keys, and whether its large values are there. Nothing when it is no sound leaf.
std::optional<FoundLeaf> look_at_leaf(core::Storage& storage, ObjectId id, const NewestRow& row);
bool fits(const TreeKind& tree, LeafKind leaf);
/// Whether the value that a leaf's stub promises is there.
bool has_large_value(core::Storage& storage, const LeafView::LargeStub& stub);

}  // namespace vitrine::btree
