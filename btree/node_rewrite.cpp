#include "btree/node_rewrite.hpp"

#include <algorithm>

namespace vitrine::btree {
namespace {

std::size_t row_bytes(const ObjectVersion& version) { return version.row().size_bytes(); }

}  // namespace

void NodeRewrite::store_large_values(Merged& merged) {
    for (const std::uint64_t gone : merged.dropped_large) context_.drop(ObjectId{gone});
    if (kind_.form != ValueForm::bytes) return;
    for (const std::size_t i : merged.fresh) {
        Entry& entry = merged.entries[i];
        if (entry.value.size() <= kInlineValueBytes) continue;
        const LeafView::LargeStub stub{context_.allocate().value, entry.value.size()};
        context_.put(ObjectId{stub.object}, kLargeValueType, build_large_value(entry.value));
        // The stub takes the value's place.
        std::vector<std::byte>& block = merged.key_blocks.emplace_back(sizeof stub);
        std::memcpy(block.data(), &stub, sizeof stub);
        entry.value = block;
        entry.large = true;
    }
}

NodeRewrite::Parts NodeRewrite::write_leaves(ObjectId first, KeyBytes separator,
                                             std::span<const Entry> entries, Fill fill) {
    Parts parts;
    std::size_t begin = 0;
    for (const std::size_t end : split_entries(entries, leaf_kind(), limits_, fill)) {
        const auto chunk = entries.subspan(begin, end - begin);
        const ObjectId id = begin == 0 && first ? first : context_.allocate();
        if (begin != 0) {
            const ByteSpan cut = shortest_separator(entries[begin - 1].key, entries[begin].key,
                                                    kind_.fixed_keys);
            separator.assign(cut.begin(), cut.end());
        }
        const ObjectVersion* leaf = context_.put(id, kLeafType, build_leaf(chunk, leaf_kind()));
        parts.push_back({separator, id, true, row_bytes(*leaf)});
        begin = end;
    }
    return parts;
}

NodeRewrite::Parts NodeRewrite::rewrite_leaf(const ObjectVersion* leaf, KeyBytes separator,
                                             const OpSet& ops, OpRange range, bool rightmost) {
    Merged merged;
    const LeafView* view = leaf == nullptr ? nullptr : &leaf->aux<LeafView>();
    merge(merged, view, 0, view == nullptr ? 0 : view->count, ops, range.from, range.to,
          kind_.value);
    const ObjectId id = leaf == nullptr ? ObjectId{} : leaf->id();
    if (!merged.changed) {
        if (leaf == nullptr) return {};
        return {{std::move(separator), id, false, 0}};
    }
    added_ += merged.added;
    store_large_values(merged);
    if (merged.entries.empty()) {
        context_.drop(id);
        return {};
    }
    // Appending at the right edge, or much at once, is a load: it comes in order, so leave no room.
    const bool append = rightmost && !merged.fresh.empty() &&
                        merged.entries.size() - merged.fresh.front() == merged.fresh.size();
    const bool bulk = merged.fresh.size() > 2 * (merged.entries.size() - merged.fresh.size());
    return write_leaves(id, std::move(separator), merged.entries,
                        append || bulk ? Fill::full : Fill::even);
}

NodeRewrite::Parts NodeRewrite::write_inners(ObjectId first, KeyBytes separator,
                                             const Parts& children, Fill fill) {
    std::vector<Child> borrowed;
    borrowed.reserve(children.size());
    for (const Part& part : children)
        borrowed.push_back({ByteSpan(part.separator), part.id.value});
    Parts parts;
    std::size_t begin = 0;
    for (const std::size_t end : split_children(borrowed, kind_.fixed_keys, limits_, fill)) {
        const auto chunk = std::span<const Child>(borrowed).subspan(begin, end - begin);
        const ObjectId id = begin == 0 && first ? first : context_.allocate();
        if (begin != 0) separator = children[begin].separator;
        const ObjectVersion* node =
            context_.put(id, kInnerType, build_inner(chunk, kind_.fixed_keys));
        parts.push_back({separator, id, true, row_bytes(*node)});
        begin = end;
    }
    return parts;
}

NodeRewrite::Parts NodeRewrite::rewrite_inner(const ObjectVersion& node, KeyBytes separator,
                                              const OpSet& ops, OpRange range, bool rightmost) {
    const auto& inner = node.aux<InnerView>();
    Parts parts;
    bool changed = false;
    OpSet::Position from = range.from;
    for (std::uint32_t i = 0; i < inner.count; ++i) {
        KeyBytes child_separator = i == 0 ? separator : separator_at(inner, i);
        const ObjectId child{inner.children[i]};
        const bool last = i + 1 == inner.count;
        OpSet::Position to = range.to;
        if (!last && from != range.to) {
            const KeyBytes next = separator_at(inner, i + 1);
            to = compare_keys(ops[from].key(), next) >= 0 ? from : ops.lower_bound(ByteSpan(next));
        }
        if (from == to) {
            parts.push_back({std::move(child_separator), child, false, 0});
            continue;
        }
        Parts below = rewrite(nodes_.node(child), std::move(child_separator), ops, {from, to},
                              rightmost && last);
        changed = changed || below.size() != 1 || below.front().id != child;
        std::move(below.begin(), below.end(), std::back_inserter(parts));
        from = to;
    }
    const std::size_t before = parts.size();
    merge_small(parts);
    changed = changed || parts.size() != before;
    if (!changed) return {{std::move(separator), node.id(), false, 0}};
    if (parts.empty()) {
        context_.drop(node.id());
        return {};
    }
    return write_inners(node.id(), std::move(separator), parts,
                        rightmost ? Fill::full : Fill::even);
}

NodeRewrite::Parts NodeRewrite::rewrite(const ObjectVersion& node, KeyBytes separator,
                                        const OpSet& ops, OpRange range, bool rightmost) {
    return node.type() == kInnerType
               ? rewrite_inner(node, std::move(separator), ops, range, rightmost)
               : rewrite_leaf(&node, std::move(separator), ops, range, rightmost);
}

// Merges the content of two neighbours into the left one, when that leaves room to grow.
bool NodeRewrite::try_merge(Part& left, Part& right) {
    const ObjectVersion& a = nodes_.node(left.id);
    const ObjectVersion& b = nodes_.node(right.id);
    if (a.type() != b.type() || row_bytes(a) + row_bytes(b) > limits_.max_row_bytes * 3 / 4)
        return false;
    const ObjectVersion* merged = nullptr;
    if (a.type() == kLeafType) {
        LeafEntries one = entries_of(a.aux<LeafView>()), other = entries_of(b.aux<LeafView>());
        one.entries.insert(one.entries.end(), other.entries.begin(), other.entries.end());
        if (one.entries.size() > limits_.max_entries) return false;
        merged = context_.put(left.id, kLeafType, build_leaf(one.entries, leaf_kind()));
    } else {
        InnerChildren one = children_of(a.aux<InnerView>()), other = children_of(b.aux<InnerView>());
        if (one.children.size() + other.children.size() > limits_.max_entries) return false;
        other.children.front().separator = ByteSpan(right.separator);
        one.children.insert(one.children.end(), other.children.begin(), other.children.end());
        merged = context_.put(left.id, kInnerType, build_inner(one.children, kind_.fixed_keys));
    }
    context_.drop(right.id);
    left.rewritten = true;
    left.row_bytes = row_bytes(*merged);
    return true;
}

void NodeRewrite::merge_small(Parts& parts) {
    const auto small = [&](const Part& part) {
        return part.rewritten && part.row_bytes < limits_.max_row_bytes / 4;
    };
    for (std::size_t i = 0; i < parts.size();) {
        if (small(parts[i]) && i + 1 < parts.size() && try_merge(parts[i], parts[i + 1])) {
            parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i) + 1);
            continue;  // perhaps the next one fits too
        }
        if (small(parts[i]) && i != 0 && try_merge(parts[i - 1], parts[i]))
            parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
        else
            ++i;
    }
}

TreeState NodeRewrite::apply(TreeState tree, const OpSet& ops) {
    const OpRange all{ops.begin(), ops.end()};
    Parts parts = tree.root ? rewrite(nodes_.node(tree.root), {}, ops, all, true)
                            : rewrite_leaf(nullptr, {}, ops, all, true);
    std::uint32_t height = tree.root ? tree.height : 1;
    while (parts.size() > 1) {
        parts = write_inners({}, {}, parts, Fill::full);
        ++height;
    }
    tree.count = static_cast<std::uint64_t>(static_cast<std::int64_t>(tree.count) + added_);
    if (parts.empty()) return {tree.count, ObjectId{}, 0};
    tree.root = parts.front().id;
    // A root with one child is not needed.
    for (;;) {
        const ObjectVersion& root = nodes_.node(tree.root);
        if (root.type() != kInnerType || root.aux<InnerView>().count != 1) break;
        const ObjectId child{root.aux<InnerView>().children[0]};
        context_.drop(tree.root);
        tree.root = child;
        --height;
    }
    tree.height = height;
    return tree;
}

void NodeRewrite::drop_below(ObjectId id, std::uint32_t height) {
    const bool has_large = kind_.form == ValueForm::bytes;
    if (height > 1 || has_large) {
        const ObjectVersion& node = nodes_.node(id);
        if (node.type() == kInnerType) {
            const auto& inner = node.aux<InnerView>();
            for (std::uint32_t i = 0; i < inner.count; ++i)
                drop_below(ObjectId{inner.children[i]}, height - 1);
        } else {
            const auto& leaf = node.aux<LeafView>();
            for (std::uint32_t i = 0; i < leaf.count; ++i)
                if (leaf.large(i)) context_.drop(ObjectId{large_stub(leaf, i).object});
        }
    }
    context_.drop(id);
}

void NodeRewrite::drop_all(const TreeState& tree) {
    if (tree.root) drop_below(tree.root, tree.height);
}

}  // namespace vitrine::btree
