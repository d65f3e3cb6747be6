#include <deque>
#include <string>

#include <vitrine/detail/snapshot_handle.hpp>
#include <vitrine/error.hpp>
#include <vitrine/view.hpp>

#include "bindings/cpp/src/object_types.hpp"
#include "bindings/cpp/src/roots.hpp"
#include "btree/trees.hpp"
#include "mvcc/snapshot.hpp"

namespace vitrine::detail {

struct ViewState {
    explicit ViewState(const mvcc::Snapshot& snapshot)
        : store(snapshot.store()), machine(snapshot) {}

    mvcc::Store& store;
    mvcc::View machine;
    std::deque<std::string> lent;  // a deque: what was lent does not move
};

void DropViewState::operator()(ViewState* state) const noexcept { delete state; }

ViewOwner open_view(const mvcc::Snapshot& snapshot) { return ViewOwner{new ViewState{snapshot}}; }

const capnp::word* peek_object(const ViewState& state, AnyRef ref, const StructType& type) {
    const mvcc::ObjectVersion* const found = state.machine.find(core::to_id(ref));
    if (found == nullptr) return nullptr;
    check_type(state.store, found->id(), found->type(), type);
    return as_words(found->payload());
}

const capnp::word* peek_existing(const ViewState& state, AnyRef ref, const StructType& type) {
    const capnp::word* const words = peek_object(state, ref, type);
    if (words == nullptr) [[unlikely]]
        throw_no_object(ref);
    return words;
}

std::shared_ptr<const btree::TreeReader> find_tree(const ViewState& state, std::string_view root,
                                                   const TypedKind& kind) {
    return find_tree(state.machine.snapshot(), root, kind);
}

std::shared_ptr<const btree::TreeReader> open_tree(const ViewState& state, std::string_view root,
                                                   const TypedKind& kind) {
    auto tree = find_tree(state, root, kind);
    if (tree == nullptr) throw_no_root(root);
    return tree;
}

std::shared_ptr<const btree::TreeReader> open_tree(const ViewState& state, AnyRef ref,
                                                   const TypedKind& kind) {
    return open_tree(state.machine.snapshot(), ref, kind);
}

std::optional<BytesView> peek_value(const btree::TreeReader& tree, BytesView key) {
    return btree::peek(tree, key);
}

BytesView lend_key(ViewState& state, BytesView key) {
    return bytes_of(state.lent.emplace_back(text_of(key)));
}

std::string& lend_text(ViewState& state) { return state.lent.emplace_back(); }

}  // namespace vitrine::detail
