#include "btree/arithmetic.hpp"
#include "btree/node_rewrite.hpp"
#include "btree/tree_commit.hpp"
#include "btree/value_kind.hpp"
#include "core/schema/references.hpp"

namespace vitrine::btree {
namespace {

constexpr std::size_t kNotedKeys = 1024;  // a commit of more is remembered without its keys

std::vector<std::uint64_t> hashes_of(const OpSet& ops) {
    std::vector<std::uint64_t> keys;
    if (ops.size() > kNotedKeys) return keys;
    keys.reserve(ops.size());
    for (OpSet::Position at = ops.begin(); at != ops.end(); at = ops.next(at))
        keys.push_back(hash_key(ops[at].key()));
    return keys;
}

// A collection of garbage learns what the values refer to (mvcc/garbage_watch.hpp, G1).
void tell_references(mvcc::Store& store, const TreeKind& kind, const OpSet& ops) {
    mvcc::GarbageWatch& watch = store.garbage();
    if (!watch.active()) return;
    const ValueKind values = value_kind_of(kind);
    if (values.what == ValueKind::plain) return;
    std::optional<core::schema::StoredSchema> type;
    if (values.what == ValueKind::structure) {
        type = store.types().find(values.type);
        if (!type || !core::schema::may_refer(type->schema)) return;
    }
    for (OpSet::Position at = ops.begin(); at != ops.end(); at = ops.next(at)) {
        const Op& op = ops[at];
        if (op.kind != Op::Kind::put) continue;
        if (!type) {
            watch.refers(ObjectId{word_of(op.value())});
            continue;
        }
        const core::Words words{reinterpret_cast<const core::Word*>(op.value().data()),
                                op.value().size() / sizeof(core::Word)};
        core::schema::visit_targets(type->schema, words,
                                    [&](ObjectId target) { watch.refers(target); });
    }
}

}  // namespace

Limits& node_limits() {
    static Limits limits;
    return limits;
}

void TreeCommit::apply() {
    const TreeEdit::State& state = edit_.state();
    if (!edit_.writes() || (!newest_ && state.id && !state.made && id_.value != 1)) return;
    context_.note_write();
    tell_references(context_.store(), edit_.kind(), state.ops);
    NodeRewrite rewrite(context_, edit_.kind(), node_limits());
    const TreeState before = newest_.value_or(TreeState{});
    TreeState after = before;
    if (state.erased) {
        rewrite.drop_all(before);
        if (newest_) context_.erase(id_, kTreeHeaderType);
        context_.note_change(id_, {});
        return;
    }
    if (state.cleared && before.root) {
        rewrite.drop_all(before);
        after = {};
    }
    if (!state.ops.empty()) after = rewrite.apply(after, state.ops);
    const bool header_changes = !newest_ || after.count != before.count ||
                                after.root != before.root || after.height != before.height;
    if (header_changes && state.made && !state.returns)
        context_.create(id_, kTreeHeaderType, build_header(edit_.kind(), after));
    else if (header_changes)
        context_.put(id_, kTreeHeaderType, build_header(edit_.kind(), after));
    context_.note_change(id_, hashes_of(state.ops));
}

}  // namespace vitrine::btree
