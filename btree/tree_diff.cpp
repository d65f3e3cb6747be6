#include "btree/tree_diff.hpp"

#include "btree/leaf_walk.hpp"
#include "btree/snapshot_cursor.hpp"

namespace vitrine::btree {
namespace {

TreeState state_in(const mvcc::Snapshot& snapshot, ObjectId id) {
    const VersionHandle header = snapshot.find(id);
    if (!header || header->type() != kTreeHeaderType) return {};
    return state_of(header->aux<TreeHeaderView>());
}

// One side: entry by entry, or leaf by leaf.
class Side {
  public:
    Side(const mvcc::Snapshot& snapshot, ObjectId tree)
        : walk_(snapshot, state_in(snapshot, tree)) {
        more_ = walk_.seek_first();
        if (more_) load();
    }

    [[nodiscard]] bool valid() const { return more_; }
    [[nodiscard]] ByteSpan key() const { return key_; }
    [[nodiscard]] ByteSpan value() {
        const LeafView& leaf = walk_.leaf();
        if (!leaf.large(index_)) return leaf.value(index_);
        return load_large(walk_.snapshot(), leaf, index_, large_);
    }
    void step() {
        if (++index_ == walk_.leaf().count) {
            skip_leaf();
        } else {
            load();
        }
    }
    void skip_leaf() {
        more_ = walk_.next();
        index_ = 0;
        if (more_) load();
    }
    /// Both at the beginning of one version of one leaf.
    [[nodiscard]] bool shares_leaf(const Side& other) const {
        return index_ == 0 && other.index_ == 0 &&
               walk_.version()->id() == other.walk_.version()->id() &&
               walk_.version()->born() == other.walk_.version()->born();
    }

  private:
    void load() { key_ = key_at(walk_.leaf(), index_); }

    LeafWalk walk_;
    std::uint32_t index_ = 0;
    bool more_ = false;
    KeyBytes key_;
    VersionHandle large_;
};

}  // namespace

void diff_trees(const mvcc::Snapshot& before, const mvcc::Snapshot& after, ObjectId tree,
                core::FunctionRef<bool(const KeyChange&)> sink) {
    Side old_side(before, tree);
    Side new_side(after, tree);
    while (old_side.valid() || new_side.valid()) {
        if (old_side.valid() && new_side.valid() && old_side.shares_leaf(new_side)) {
            old_side.skip_leaf();
            new_side.skip_leaf();
            continue;
        }
        const auto order = !old_side.valid()   ? std::strong_ordering::greater
                           : !new_side.valid() ? std::strong_ordering::less
                                               : compare_keys(old_side.key(), new_side.key());
        if (order < 0) {
            if (!sink({old_side.key(), old_side.value(), std::nullopt})) return;
        } else if (order > 0) {
            if (!sink({new_side.key(), std::nullopt, new_side.value()})) return;
        } else if (const std::optional was(old_side.value()), is(new_side.value());
                   !same_value(was, is)) {
            if (!sink({new_side.key(), was, is})) return;
        }
        if (order <= 0) old_side.step();
        if (order >= 0) new_side.step();
    }
}

bool same_trees(const mvcc::Snapshot& before, const mvcc::Snapshot& after, ObjectId tree) {
    bool same = true;
    diff_trees(before, after, tree, [&](const KeyChange&) { return same = false; });
    return same;
}

}  // namespace vitrine::btree
