#pragma once

#include <optional>

#include <vitrine/detail/cursor.hpp>

#include "btree/leaf_walk.hpp"
#include "btree/merge.hpp"
#include "btree/read_set.hpp"

namespace vitrine::btree {

/// What a transaction's iteration goes over: the base tree (unless cleared) under its operations, as
/// they were when it began.
struct Overlay {
    std::optional<mvcc::Snapshot> base{};  ///< nothing: the transaction cleared or made the tree
    TreeState tree{};
    TreeKind kind{};
    OpSet ops{};
    std::shared_ptr<OpArena> arena{};
};

/// A cursor over a tree inside a transaction. A leaf without operations is shown as it is; others are
/// merged into leaves of memory, a bounded part at a time.
class OverlayCursor final : public Cursor {
  public:
    /// `read`: where to record what was seen; may be empty.
    OverlayCursor(std::shared_ptr<const Overlay> overlay, Bounds bounds,
                  std::shared_ptr<RangeRead> read);
    ~OverlayCursor() override;

    [[nodiscard]] ValueHold hold_value() override;

  private:
    static constexpr std::size_t kOpsAtOnce = 256;
    static constexpr std::size_t kBytesAtOnce = std::size_t{8} << 20;

    void cross() override;
    ByteSpan large_value() override;

    bool enter_leaf(bool moved);
    bool next_part();
    void show_parts();
    void record();

    const std::shared_ptr<const Overlay> overlay_;
    const Bounds bounds_;
    const std::shared_ptr<RangeRead> read_;
    std::optional<LeafWalk> walk_;
    // What is left of the leaf that the walk stands on, and of the operations in its range.
    std::uint32_t base_begin_ = 0, base_end_ = 0;
    OpSet::Position op_begin_{}, op_end_{};
    // The part shown: a leaf of memory, or (empty) the walk's own.
    std::shared_ptr<core::WordBuffer> memory_;
    LeafView part_;
    VersionHandle large_;
    bool ended_ = false;
};

}  // namespace vitrine::btree
