#include "btree/node_rewrite.hpp"

#include <algorithm>

#include "btree/leaf_patch.hpp"
#include "core/assert.hpp"

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
        context_.create(ObjectId{stub.object}, kLargeValueType, build_large_value(entry.value));
        // The stub takes the value's place.
        std::vector<std::byte>& block = merged.key_blocks.emplace_back(sizeof stub);
        std::memcpy(block.data(), &stub, sizeof stub);
        entry.value = block;
        entry.large = true;
    }
}

const ObjectVersion* NodeRewrite::write(ObjectId id, core::TypeId type, core::Words payload,
                                        bool is_new) {
    return is_new ? context_.create(id, type, payload) : context_.put(id, type, payload);
}

NodeRewrite::Parts NodeRewrite::write_leaves(ObjectId first, std::span<const Entry> entries,
                                             Fill fill) {
    Parts parts;
    std::size_t begin = 0;
    for (const std::size_t end : split_entries(entries, leaf_kind(), limits_, fill)) {
        const auto chunk = entries.subspan(begin, end - begin);
        const bool reuse = begin == 0 && first;
        const ObjectId id = reuse ? first : context_.allocate();
        write(id, kLeafType, build_leaf(chunk, leaf_kind()), !reuse);
        parts.push_back({{}, id});
        if (begin != 0) {
            const ByteSpan cut =
                shortest_separator(entries[begin - 1].key, entries[begin].key, kind_.fixed_keys);
            parts.back().separator.assign(cut.begin(), cut.end());
        }
        begin = end;
    }
    return parts;
}

NodeRewrite::Parts NodeRewrite::rewrite_leaf(const ObjectVersion* leaf, const OpSet& ops,
                                             OpRange range, bool rightmost) {
    const LeafView* view = leaf == nullptr ? nullptr : &leaf->aux<LeafView>();
    if (view != nullptr) {
        if (const auto patch =
                LeafPatch::plan(*view, ops, range.from, range.to, kind_.value, limits_)) {
            if (patch->changes()) {
                const LeafPatch::Patched patched = patch->apply(leaf->payload());
                context_.put(leaf->id(), kLeafType, patched.payload,
                             context_.wants_deltas() ? patched.delta() : core::log::Delta{});
            }
            added_ += patch->added();
            return Parts{{{}, leaf->id()}};
        }
    }
    Merged merged;
    merge(merged, view, 0, view == nullptr ? 0 : view->count, ops, range.from, range.to,
          kind_.value);
    const ObjectId id = leaf == nullptr ? ObjectId{} : leaf->id();
    if (!merged.changed) return leaf == nullptr ? Parts{} : Parts{{{}, id}};
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
    Parts parts = write_leaves(id, merged.entries, append || bulk ? Fill::full : Fill::even);
    if (merged.added < 0 && parts.size() == 1)
        parts.front().shrunk_to = leaf_row_bytes(merged.entries, leaf_kind());
    return parts;
}

NodeRewrite::Parts NodeRewrite::write_inners(ObjectId first, const Parts& children, Fill fill) {
    std::vector<Child> borrowed;
    borrowed.reserve(children.size());
    for (const Part& part : children) borrowed.push_back({ByteSpan(part.separator), part.id.value});
    Parts parts;
    std::size_t begin = 0;
    for (const std::size_t end : split_children(borrowed, kind_.fixed_keys, limits_, fill)) {
        const auto chunk = std::span<const Child>(borrowed).subspan(begin, end - begin);
        const bool reuse = begin == 0 && first;
        const ObjectId id = reuse ? first : context_.allocate();
        write(id, kInnerType, build_inner(chunk, kind_.fixed_keys), !reuse);
        parts.push_back({begin == 0 ? KeyBytes{} : children[begin].separator, id});
        begin = end;
    }
    return parts;
}

// Goes down to the children that have operations, one descent for each child.
std::vector<NodeRewrite::Touched> NodeRewrite::rewrite_children(const InnerView& inner,
                                                                const OpSet& ops, OpRange range,
                                                                bool rightmost) {
    std::vector<Touched> touched;
    OpSet::Position from = range.from;
    while (from != range.to) {
        const std::uint32_t i = child_index(inner, ops[from].key());
        const bool last = i + 1 == inner.count;
        OpSet::Position to = ops.next(from);
        if (last) {
            to = range.to;
        } else if (to != range.to) {
            const KeyBytes next = separator_at(inner, i + 1);
            if (compare_keys(ops[to].key(), next) < 0) to = ops.lower_bound(ByteSpan(next));
        }
        const ObjectVersion& child = nodes_.node(ObjectId{inner.children[i]});
        touched.push_back({i, rewrite(child, ops, {from, to}, rightmost && last)});
        from = to;
    }
    return touched;
}

// All children, those that were touched replaced by what they became.
NodeRewrite::Parts NodeRewrite::assemble(const InnerView& inner, std::vector<Touched>& touched) {
    Parts parts;
    parts.reserve(inner.count + touched.size());
    auto next = touched.begin();
    for (std::uint32_t i = 0; i < inner.count; ++i) {
        if (next == touched.end() || next->child != i) {
            parts.push_back({separator_at(inner, i), ObjectId{inner.children[i]}});
            continue;
        }
        if (!next->parts.empty()) next->parts.front().separator = separator_at(inner, i);
        std::move(next->parts.begin(), next->parts.end(), std::back_inserter(parts));
        ++next;
    }
    return parts;
}

NodeRewrite::Parts NodeRewrite::rewrite_inner(const ObjectVersion& node, const OpSet& ops,
                                              OpRange range, bool rightmost) {
    const auto& inner = node.aux<InnerView>();
    std::vector<Touched> touched = rewrite_children(inner, ops, range, rightmost);
    const auto came_or_went = [&](const Touched& one) {
        return one.parts.size() != 1 || one.parts.front().id.value != inner.children[one.child];
    };
    const bool structural = std::any_of(touched.begin(), touched.end(), came_or_went);
    const bool shrunk = std::any_of(touched.begin(), touched.end(), [&](const Touched& one) {
        return one.parts.size() == 1 && small(one.parts.front());
    });
    if (!structural && !shrunk) return {{{}, node.id()}};  // R1
    Parts parts = assemble(inner, touched);
    const std::size_t before = parts.size();
    merge_small(parts);
    if (!structural && parts.size() == before) return {{{}, node.id()}};
    if (parts.empty()) {
        context_.drop(node.id());
        return {};
    }
    const bool fewer = parts.size() < inner.count;
    Parts written = write_inners(node.id(), parts, rightmost ? Fill::full : Fill::even);
    if (fewer && written.size() == 1) written.front().shrunk_to = row_bytes(nodes_.node(node.id()));
    return written;
}

NodeRewrite::Parts NodeRewrite::rewrite(const ObjectVersion& node, const OpSet& ops, OpRange range,
                                        bool rightmost) {
    return node.type() == kInnerType ? rewrite_inner(node, ops, range, rightmost)
                                     : rewrite_leaf(&node, ops, range, rightmost);
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
        InnerChildren one = children_of(a.aux<InnerView>()),
                      other = children_of(b.aux<InnerView>());
        if (one.children.size() + other.children.size() > limits_.max_entries) return false;
        other.children.front().separator = ByteSpan(right.separator);
        one.children.insert(one.children.end(), other.children.begin(), other.children.end());
        merged = context_.put(left.id, kInnerType, build_inner(one.children, kind_.fixed_keys));
    }
    context_.drop(right.id);
    left.shrunk_to = row_bytes(*merged);
    return true;
}

void NodeRewrite::merge_small(Parts& parts) {
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
    Parts parts = tree.root ? rewrite(nodes_.node(tree.root), ops, all, true)
                            : rewrite_leaf(nullptr, ops, all, true);
    std::uint32_t height = tree.root ? tree.height : 1;
    while (parts.size() > 1) {
        const std::size_t below = parts.size();
        parts = write_inners({}, parts, Fill::full);
        VITRINE_ASSERT(parts.size() < below, below);  // limits must let a node have two children
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
