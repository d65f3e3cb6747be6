#pragma once

#include <optional>
#include <vector>

#include "btree/nodes.hpp"

namespace vitrine::btree {

/// Walks over the leaves of a tree in a snapshot, either way. Holds the leaf it stands on and the
/// inner nodes above it, nothing else; takes an epoch guard only while it moves.
/// Threads: one at a time.
class LeafWalk {
  public:
    LeafWalk(mvcc::Snapshot snapshot, TreeState tree)
        : snapshot_(std::move(snapshot)), tree_(tree) {}

    /// To the leaf in which the key is or would be. False: the tree is empty.
    bool seek(ByteSpan key);
    bool seek_first();
    bool seek_last();
    /// To the neighbouring leaf. False, and the walk stays, at the end.
    bool next();
    bool previous();

    [[nodiscard]] const LeafView& leaf() const { return leaf_->aux<LeafView>(); }
    [[nodiscard]] const VersionHandle& version() const { return leaf_; }
    [[nodiscard]] const mvcc::Snapshot& snapshot() const { return snapshot_; }
    /// Keys of this leaf are at or above `lower_limit` and below `upper_limit`; nothing: no limit.
    [[nodiscard]] std::optional<KeyBytes> lower_limit() const;
    [[nodiscard]] std::optional<KeyBytes> upper_limit() const;

  private:
    struct Step {
        VersionHandle inner;
        std::uint32_t child;
    };
    VersionHandle hold(ObjectId id);
    template <class Choose>
    bool descend(ObjectId from, Choose choose);

    mvcc::Snapshot snapshot_;
    TreeState tree_;
    std::vector<Step> path_;
    VersionHandle leaf_;
};

}  // namespace vitrine::btree
