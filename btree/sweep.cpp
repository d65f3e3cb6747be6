#include "btree/sweep.hpp"

#include "btree/node_rewrite.hpp"
#include "btree/tree_commit.hpp"

namespace vitrine::btree {

void Sweep::take_out(ObjectId tree, const std::vector<KeyBytes>& keys) {
    tree_ = tree;
    for (const KeyBytes& key : keys) {
        Op op;
        op.head = head_of(key);
        op.key_data = key.data();
        op.key_size = static_cast<std::uint32_t>(key.size());
        op.kind = Op::Kind::erase;
        cuts_.set(op);
    }
}

void Sweep::erase_tree(mvcc::CommitContext& context, const ObjectVersion& header) {
    const TreeKind kind = kind_of(header.aux<TreeHeaderView>());
    const TreeState state = state_of(header.aux<TreeHeaderView>());
    NodeRewrite(context, kind, node_limits()).drop_all(state);
    context.erase(header.id(), kTreeHeaderType);
    context.note_change(header.id(), {});
    ++erased_.trees;
    erased_.entries += state.count;
}

void Sweep::cut(mvcc::CommitContext& context) {
    const ObjectVersion* header = context.newest(tree_);
    if (header == nullptr || header->type() != kTreeHeaderType) return;
    if (!context.store().garbage().condemned(tree_)) return;
    const TreeKind kind = kind_of(header->aux<TreeHeaderView>());
    const TreeState before = state_of(header->aux<TreeHeaderView>());
    const TreeState after = NodeRewrite(context, kind, node_limits()).apply(before, cuts_);
    context.put(tree_, kTreeHeaderType, build_header(kind, after));
    context.note_change(tree_, {});
    erased_.entries += before.count - after.count;
}

void Sweep::sequence(mvcc::CommitContext& context) {
    context.stop_telling();
    for (const ObjectId id : whole_) {
        const ObjectVersion* newest = context.newest(id);
        if (newest == nullptr || !context.store().garbage().condemned(id)) continue;
        if (newest->type() == kTreeHeaderType) {
            erase_tree(context, *newest);
        } else {
            context.erase(id, newest->type());
            ++erased_.objects;
        }
    }
    if (tree_) cut(context);
    std::int64_t bytes = 0;
    for (const mvcc::Change& change : context.changes()) {
        if (change.predecessor)
            bytes += static_cast<std::int64_t>(change.predecessor->row().size_bytes());
        if (change.fresh && !change.fresh->tombstone())
            bytes -= static_cast<std::int64_t>(change.fresh->row().size_bytes());
    }
    erased_.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0));
    if (told_ != nullptr) *told_ = erased_;
}

}  // namespace vitrine::btree
