#pragma once

#include <vector>

#include "btree/nodes.hpp"

namespace vitrine::btree {

/// Goes over the leaves of a tree in a node source, forwards, holding nothing.
/// Requires: an epoch guard around its whole life.
class LeafScan {
  public:
    LeafScan(NodeSource& nodes, const TreeState& tree) : nodes_(nodes), root_(tree.root) {}

    /// To the leaf of the key, or the first one; false when the tree is empty.
    bool seek(const KeyBytes* key);
    bool next();
    [[nodiscard]] const ObjectVersion& version() const { return *leaf_; }
    [[nodiscard]] const LeafView& leaf() const { return leaf_->aux<LeafView>(); }

  private:
    void descend(ObjectId id, const KeyBytes* key);

    struct Step {
        const InnerView* inner;
        std::uint32_t child;
    };
    NodeSource& nodes_;
    ObjectId root_;
    std::vector<Step> path_;
    const ObjectVersion* leaf_ = nullptr;
};

}  // namespace vitrine::btree
