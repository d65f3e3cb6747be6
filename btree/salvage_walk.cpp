#include "btree/salvage_walk.hpp"

#include <stdexcept>

#include "core/record.hpp"

namespace vitrine::btree {
namespace {

class Walk {
  public:
    Walk(core::Storage& storage, TreeRemains& remains, NodeSet& nodes,
         core::FunctionRef<void()> tick)
        : storage_(storage), remains_(remains), nodes_(nodes), tick_(tick) {}

    void descend(ObjectId id, std::uint32_t height, const Gap& part);

  private:
    void miss(const Gap& part) {
        remains_.broken = true;
        remains_.gaps.push_back(part);
    }
    void take_leaf(const FoundLeaf& leaf, const Gap& part);
    void take_inner(ObjectId id, const InnerView& inner, std::uint32_t height, const Gap& part);
    static bool inside(const KeyBytes& key, const Gap& part) {
        return (!part.low || compare_keys(key, *part.low) >= 0) &&
               (!part.high || compare_keys(key, *part.high) < 0);
    }

    core::Storage& storage_;
    TreeRemains& remains_;
    NodeSet& nodes_;
    core::FunctionRef<void()> tick_;
};

void Walk::descend(ObjectId id, std::uint32_t height, const Gap& part) {
    tick_();
    const auto node = nodes_.find(id);
    if (node == nodes_.end() || node->second || height == 0) return miss(part);
    const auto row = newest_row(storage_, id);
    if (!row) return miss(part);
    if (row->type == kLeafType) {
        const auto leaf = look_at_leaf(storage_, id, *row);
        if (!leaf || !fits(remains_.kind, leaf->kind)) return miss(part);
        node->second = true;
        if (height != 1) remains_.broken = true;
        return take_leaf(*leaf, part);
    }
    try {
        const InnerView inner = view_inner(row->payload());
        check_order(inner);
        node->second = true;
        if (height == 1) remains_.broken = true;
        take_inner(id, inner, height, part);
    } catch (const std::runtime_error&) {
        miss(part);
    }
}

void Walk::take_leaf(const FoundLeaf& leaf, const Gap& part) {
    if (leaf.rewrite || !inside(leaf.first, part) || !inside(leaf.last, part))
        remains_.broken = true;
    remains_.leaves.push_back(leaf);
}

void Walk::take_inner(ObjectId id, const InnerView& inner, std::uint32_t height, const Gap& part) {
    remains_.inners.push_back(id);
    for (std::uint32_t i = 0; i < inner.count; ++i) {
        Gap below = part;
        if (i != 0) below.low = separator_at(inner, i);
        if (i + 1 != inner.count) below.high = separator_at(inner, i + 1);
        if (i != 0 && !inside(*below.low, part)) remains_.broken = true;
        // Deeper than its height a damaged tree may not lead.
        descend(ObjectId{inner.children[i]}, height == 0 ? 0 : height - 1, below);
    }
}

}  // namespace

core::Words NewestRow::payload() const { return core::Words(words).subspan(core::kRowHeaderWords); }

std::optional<NewestRow> newest_row(core::Storage& storage, ObjectId id) {
    std::optional<NewestRow> found;
    storage.read(id, core::kOpen, [&](Version born, core::Words words) {
        if (words.size() > core::kRowHeaderWords)
            found = NewestRow{born, words[0], {words.begin(), words.end()}};
    });
    return found;
}

bool fits(const TreeKind& tree, LeafKind leaf) {
    return tree.fixed_keys == leaf.fixed_keys && tree.form == leaf.form;
}

bool has_large_value(core::Storage& storage, const LeafView::LargeStub& stub) {
    bool there = false;
    storage.read(ObjectId{stub.object}, core::kOpen, [&](Version, core::Words words) {
        if (words.size() <= core::kRowHeaderWords || words[0] != kLargeValueType) return;
        try {
            there = view_large_value(words.subspan(core::kRowHeaderWords)).size() == stub.bytes;
        } catch (const std::runtime_error&) {
            there = false;
        }
    });
    return there;
}

std::optional<FoundLeaf> look_at_leaf(core::Storage& storage, ObjectId id, const NewestRow& row) {
    try {
        const LeafView leaf = view_leaf(row.payload());
        check_order(leaf);
        if (leaf.count == 0) return {};
        FoundLeaf found{id,
                        row.version,
                        key_at(leaf, 0),
                        key_at(leaf, leaf.count - 1),
                        leaf.count,
                        {leaf.fixed_keys, leaf.form}};
        for (std::uint32_t i = 0; i < leaf.count && !found.rewrite; ++i)
            found.rewrite = leaf.large(i) && !has_large_value(storage, large_stub(leaf, i));
        return found;
    } catch (const std::runtime_error&) {
        return {};
    }
}

TreeRemains walk_remains(core::Storage& storage, ObjectId header, const NewestRow& row,
                         NodeSet& nodes, core::FunctionRef<void()> tick) {
    TreeRemains remains{.header = header, .version = row.version};
    const TreeHeaderView view = view_tree_header(row.payload());
    remains.kind = kind_of(view);
    remains.state = state_of(view);
    Walk walk(storage, remains, nodes, tick);
    if (remains.state.root) walk.descend(remains.state.root, remains.state.height, {});
    std::uint64_t entries = 0;
    for (const FoundLeaf& leaf : remains.leaves) entries += leaf.entries;
    remains.broken = remains.broken || entries != remains.state.count;
    if (!remains.broken) remains = {.header = header, .version = row.version};
    return remains;
}

}  // namespace vitrine::btree
