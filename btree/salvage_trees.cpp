#include "btree/salvage_trees.hpp"

#include <algorithm>
#include <cstring>

#include <vitrine/error.hpp>

#include "btree/key_text.hpp"
#include "btree/salvage_build.hpp"
#include "btree/tree_edits.hpp"
#include "core/record.hpp"

namespace vitrine::btree {
namespace {

class Repair {
  public:
    Repair(core::Storage& storage, core::FunctionRef<bool(std::uint64_t, std::uint64_t)> progress)
        : storage_(storage), progress_(progress) {}

    TreeRepairs run();

  private:
    void find_nodes();
    void walk_trees();
    void attach_leaves();
    void expect_catalog();
    [[nodiscard]] bool may_take(const TreeRemains& tree, const FoundLeaf& leaf,
                                const LeafView& view) const;
    void rebuild_trees();
    void tick();

    core::Storage& storage_;
    core::FunctionRef<bool(std::uint64_t, std::uint64_t)> progress_;
    NodeSet nodes_;
    std::vector<ObjectId> headers_;
    std::vector<TreeRemains> broken_;
    TreeRepairs result_;
    bool catalog_ = false;
    std::uint64_t ticks_ = 0;
};

void Repair::tick() {
    if (++ticks_ % 64 == 0 &&
        !progress_(std::min<std::uint64_t>(ticks_, nodes_.size()), nodes_.size()))
        throw CancelledError("salvage was cancelled");
}

void Repair::find_nodes() {
    std::optional<core::RowKey> at;
    std::optional<ObjectId> last;
    do {
        at = storage_.scan(at, 1024, [&](core::RowKey key, core::Words row) {
            if (last == key.id) return true;  // an older version
            last = key.id;
            if (row.size() <= core::kRowHeaderWords) return true;
            if (row[0] == kLeafType || row[0] == kInnerType) nodes_.emplace(key.id, false);
            if (row[0] == kTreeHeaderType) headers_.push_back(key.id);
            return true;
        });
    } while (at);
}

void Repair::walk_trees() {
    for (const ObjectId id : headers_) {
        const auto row = newest_row(storage_, id);
        if (!row) continue;
        catalog_ = catalog_ || id == kCatalog;
        if (id != kCatalog) ++result_.trees;
        try {
            TreeRemains remains = walk_remains(storage_, id, *row, nodes_, [&] { tick(); });
            if (remains.broken) broken_.push_back(std::move(remains));
        } catch (const std::runtime_error&) {
            continue;  // a header that cannot be read: verify names it
        }
    }
}

/// Without its header the catalog can be made anew: its id and kind are known.
void Repair::expect_catalog() {
    if (catalog_) return;
    TreeRemains remains{.header = kCatalog, .kind = catalog_kind()};
    remains.gaps.emplace_back();
    broken_.push_back(std::move(remains));
}

bool Repair::may_take(const TreeRemains& tree, const FoundLeaf& leaf, const LeafView& view) const {
    if (!fits(tree.kind, leaf.kind)) return false;
    const bool inside = std::any_of(tree.gaps.begin(), tree.gaps.end(), [&](const Gap& gap) {
        return (!gap.low || compare_keys(leaf.first, *gap.low) >= 0) &&
               (!gap.high || compare_keys(leaf.last, *gap.high) < 0);
    });
    if (!inside || tree.header != kCatalog) return inside;
    // Names lead to objects and trees, never to parts of trees; other numbers are no ids.
    for (std::uint32_t i = 0; i < view.count; ++i) {
        ObjectId target{};
        std::memcpy(&target.value, view.value(i).data(), sizeof target.value);
        if (nodes_.contains(target) || target.value >= storage_.state().next_object_id ||
            target.value < core::kFirstFreeId)
            return false;
    }
    return true;
}

void Repair::attach_leaves() {
    for (auto& [id, taken] : nodes_) {
        if (taken) continue;
        const auto row = newest_row(storage_, id);
        if (!row || row->type != kLeafType) continue;
        const auto leaf = look_at_leaf(storage_, id, *row);
        if (!leaf) continue;
        const LeafView view = view_leaf(row->payload());
        TreeRemains* home = nullptr;
        std::size_t homes = 0;
        for (TreeRemains& tree : broken_) {
            if (!may_take(tree, *leaf, view)) continue;
            home = &tree;
            ++homes;
        }
        if (homes == 1) {
            taken = true;
            home->leaves.push_back(*leaf);
            ++home->attached;
            home->broken = true;
        } else {
            result_.loose.push_back(
                {id, leaf->entries, bytes_text(leaf->first), bytes_text(leaf->last)});
        }
    }
}

void Repair::rebuild_trees() {
    std::erase_if(broken_, [](const TreeRemains& tree) { return !tree.broken; });
    if (broken_.empty()) return;
    RepairBatch batch(storage_, Version{storage_.state().newest.value() + 1});
    for (TreeRemains& tree : broken_) {
        const TreeState state = rebuild(storage_, tree, batch);
        result_.repaired.push_back({.id = tree.header,
                                    .header_lost = tree.version == Version{},
                                    .entries_said = tree.state.count,
                                    .entries = state.count,
                                    .nodes_lost = tree.gaps.size(),
                                    .leaves_attached = tree.attached,
                                    .large_values_lost = tree.large_lost});
    }
    batch.write();
}

TreeRepairs Repair::run() {
    find_nodes();
    walk_trees();
    expect_catalog();
    attach_leaves();
    rebuild_trees();
    return std::move(result_);
}

}  // namespace

TreeRepairs repair_trees(core::Storage& storage,
                         core::FunctionRef<bool(std::uint64_t, std::uint64_t)> progress) {
    return Repair(storage, progress).run();
}

}  // namespace vitrine::btree
