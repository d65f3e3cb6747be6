#pragma once

#include <span>
#include <vector>

#include "btree/limits.hpp"
#include "btree/merge.hpp"
#include "btree/nodes.hpp"

namespace vitrine::btree {

/// Brings operations into the newest nodes of one tree: each bucket that they touch is written once,
/// splits and removals on the way. Single-threaded, inside the sequencing section; old versions stay
/// as they are, so no reader notices.
///
/// Invariants:
///  R1. A node keeps its id while it lives. What splits off gets a new one; so a parent changes only
///      when its children come or go.
///  R2. No node is empty, and no inner node but the root's height decides how deep leaves are.
/// Source: the shape of a B+-tree, Comer, "The ubiquitous B-tree", 1979; without sibling links.
class NodeRewrite {
  public:
    NodeRewrite(mvcc::CommitContext& context, const TreeKind& kind, const Limits& limits)
        : context_(context), nodes_(context), kind_(kind), limits_(limits) {}

    /// The tree's state after the operations.
    TreeState apply(TreeState tree, const OpSet& ops);
    /// Drops every node and large value.
    void drop_all(const TreeState& tree);

  private:
    /// A child as its parent will have it. What a node became is a list of these, of which the
    /// first has no separator: that is the node's own, which the parent knows.
    struct Part {
        KeyBytes separator{};
        ObjectId id{};
        std::size_t shrunk_to = 0;  // row bytes, if it lost entries; else 0
    };
    using Parts = std::vector<Part>;
    struct OpRange {
        OpSet::Position from, to;
    };
    struct Touched {
        std::uint32_t child;
        Parts parts;
    };

    Parts rewrite(const ObjectVersion& node, const OpSet& ops, OpRange range, bool rightmost);
    Parts rewrite_leaf(const ObjectVersion* leaf, const OpSet& ops, OpRange range, bool rightmost);
    Parts rewrite_inner(const ObjectVersion& inner, const OpSet& ops, OpRange range,
                        bool rightmost);
    std::vector<Touched> rewrite_children(const InnerView& inner, const OpSet& ops, OpRange range,
                                          bool rightmost);
    static Parts assemble(const InnerView& inner, std::vector<Touched>& touched);
    Parts write_leaves(ObjectId first, std::span<const Entry> entries, Fill fill);
    Parts write_inners(ObjectId first, const Parts& children, Fill fill);
    const ObjectVersion* write(ObjectId id, core::TypeId type, core::Words payload, bool is_new);
    [[nodiscard]] bool small(const Part& part) const {
        return part.shrunk_to != 0 && part.shrunk_to < limits_.max_row_bytes / 4;
    }
    void store_large_values(Merged& merged);
    void merge_small(Parts& parts);
    bool try_merge(Part& left, Part& right);
    void drop_below(ObjectId id, std::uint32_t height);
    [[nodiscard]] LeafKind leaf_kind() const { return {kind_.fixed_keys, kind_.form}; }

    mvcc::CommitContext& context_;
    NewestNodes nodes_;
    const TreeKind& kind_;
    const Limits limits_;
    std::int64_t added_ = 0;
};

}  // namespace vitrine::btree
