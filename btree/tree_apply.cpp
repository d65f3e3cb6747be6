#include "btree/node_rewrite.hpp"
#include "btree/tree_commit.hpp"

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

}  // namespace

Limits& node_limits() {
    static Limits limits;
    return limits;
}

void TreeCommit::apply() {
    const TreeEdit::State& state = edit_.state();
    if (!edit_.writes() || (!newest_ && state.id && !state.made && id_.value != 1)) return;
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
    if (header_changes && state.made)
        context_.create(id_, kTreeHeaderType, build_header(edit_.kind(), after));
    else if (header_changes)
        context_.put(id_, kTreeHeaderType, build_header(edit_.kind(), after));
    context_.note_change(id_, hashes_of(state.ops));
}

}  // namespace vitrine::btree
