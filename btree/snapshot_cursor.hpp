#pragma once

#include <vitrine/detail/cursor.hpp>

#include "btree/leaf_walk.hpp"

namespace vitrine::btree {

/// A cursor over a tree in a snapshot: the leaves as they are.
class SnapshotCursor final : public Cursor {
  public:
    SnapshotCursor(mvcc::Snapshot snapshot, TreeState tree, Bounds bounds);

    [[nodiscard]] ValueHold hold_value() override;
    /// The size of the value; a large one is not read for it. Requires: valid().
    [[nodiscard]] std::uint64_t value_bytes() const {
        return leaf_.large(index_) ? large_stub(leaf_, index_).bytes : leaf_.value(index_).size();
    }

  private:
    void cross() override;
    ByteSpan large_value() override;
    void show_from_here();

    const mvcc::Snapshot snapshot_;
    const Bounds bounds_;
    LeafWalk walk_;
    VersionHandle large_;  // of the value last asked for
    bool ended_ = false;   // the bounds end in this leaf
};

/// The bytes of a large value, held by `holder`.
ByteSpan load_large(const mvcc::Snapshot& snapshot, const LeafView& leaf, std::uint32_t index,
                    VersionHandle& holder);

}  // namespace vitrine::btree
