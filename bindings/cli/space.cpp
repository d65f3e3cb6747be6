#include "bindings/cli/space.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/nodes.hpp"
#include "btree/tree_edits.hpp"

namespace vitrine::cli {
namespace {

constexpr std::size_t kRowsAtOnce = 1024;
// Around the bytes of a large value: the row's header, the pointer to the struct, its one pointer.
constexpr std::uint64_t kLargeValueFrame = (core::kRowHeaderWords + 2) * sizeof(core::Word);

std::uint64_t large_value_bytes(std::uint64_t bytes) {
    return kLargeValueFrame + (bytes + sizeof(core::Word) - 1) / sizeof(core::Word) * 8;
}

class Measurement {
  public:
    Measurement(const mvcc::Snapshot& snapshot, std::size_t shown_trees, ProgressBar& bar)
        : snapshot_(snapshot), shown_trees_(shown_trees), bar_(bar) {}

    Space run() {
        std::optional<core::RowKey> at;
        do {
            std::vector<core::ObjectId> trees;
            at = snapshot_.store().storage().scan(at, kRowsAtOnce,
                                                  [&](core::RowKey key, core::Words row) {
                                                      count(key, row, trees);
                                                      return true;
                                                  });
            // After the storage's own read: nothing else is read inside of it.
            for (const core::ObjectId tree : trees) add_tree(tree);
            bar_.step(last_.value, snapshot_.store().next_object_id());
        } while (at);
        keep_largest(shown_trees_);
        return std::move(space_);
    }

  private:
    void count(core::RowKey key, core::Words row, std::vector<core::ObjectId>& trees) {
        const bool newest = key.id != last_;
        last_ = key.id;
        if (row.size() <= core::kRowHeaderWords) {
            ++space_.tombstones;
            return;
        }
        TypeSpace& type = space_.types[row.front()];
        ++(newest ? type.objects : type.older_rows);
        (newest ? type.bytes : type.older_bytes) += row.size_bytes();
        if (newest && row.front() == btree::kTreeHeaderType && key.id != btree::kCatalog)
            trees.push_back(key.id);
    }

    void add_tree(core::ObjectId id) {
        const auto header = snapshot_.find(id);
        if (!header) return;
        const auto& view = header->aux<btree::TreeHeaderView>();
        TreeSpace tree{id, btree::kind_of(view), view.count, 0, header->row().size_bytes()};
        if (view.root != 0) add_node(tree, core::ObjectId{view.root}, view.height);
        ++space_.trees;
        space_.largest_trees.push_back(std::move(tree));
        if (space_.largest_trees.size() > 2 * shown_trees_ + 100) keep_largest(shown_trees_);
    }

    void add_node(TreeSpace& tree, core::ObjectId id, std::uint32_t height) {
        const auto node = btree::hold_node(snapshot_, id);
        ++tree.nodes;
        if (tree.nodes % kRowsAtOnce == 0)
            bar_.step(last_.value, snapshot_.store().next_object_id());
        tree.bytes += node->row().size_bytes();
        if (node->type() == btree::kLeafType) {
            const auto& leaf = node->aux<btree::LeafView>();
            for (std::uint32_t i = 0; i < leaf.count; ++i)
                if (leaf.large(i)) tree.bytes += large_value_bytes(large_stub(leaf, i).bytes);
            return;
        }
        // A damaged file may lead in a circle; the height that the head gives ends it.
        if (height <= 1)
            throw CorruptionError(fmt::format("tree #{} is deeper than it says", tree.id.value),
                                  core::to_ref(tree.id));
        const auto& inner = node->aux<btree::InnerView>();
        for (std::uint32_t i = 0; i < inner.count; ++i)
            add_node(tree, core::ObjectId{inner.children[i]}, height - 1);
    }

    void keep_largest(std::size_t count) {
        auto& trees = space_.largest_trees;
        std::sort(trees.begin(), trees.end(), [](const TreeSpace& a, const TreeSpace& b) {
            return a.bytes != b.bytes ? a.bytes > b.bytes : a.id < b.id;
        });
        if (trees.size() > count) trees.resize(count);
    }

    const mvcc::Snapshot& snapshot_;
    const std::size_t shown_trees_;
    ProgressBar& bar_;
    core::ObjectId last_{};
    Space space_;
};

}  // namespace

Space measure_space(const mvcc::Snapshot& snapshot, std::size_t shown_trees, ProgressBar& bar) {
    return Measurement(snapshot, shown_trees, bar).run();
}

}  // namespace vitrine::cli
