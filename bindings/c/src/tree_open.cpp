#include "bindings/c/src/roots.hpp"
#include "bindings/c/src/tree.hpp"
#include "bindings/cpp/src/kind_names.hpp"
#include "btree/tree_edits.hpp"

namespace vitrine::capi {
namespace {

using OpenReader = std::shared_ptr<const btree::TreeReader>;
using OpenWriter = std::shared_ptr<btree::TreeWriter>;

vitrine_tree* of_snapshot(const mvcc::Snapshot& snapshot, OpenReader reader) {
    auto tree = std::make_unique<vitrine_tree>();
    tree->snapshot = snapshot;
    tree->kind = reader->kind();
    tree->reader = std::move(reader);
    return tree.release();
}

vitrine_tree* of_transaction(const std::shared_ptr<TransactionState>& state, OpenWriter writer) {
    auto tree = std::make_unique<vitrine_tree>();
    tree->transaction = state;
    tree->kind = writer->kind();
    tree->writer = writer.get();
    tree->reader = std::move(writer);
    return tree.release();
}

/// What a root is, to be opened as whatever it is. Throws: NotFoundError, TypeError.
const btree::TreeKind& tree_of_root(mvcc::Store& store, const std::optional<btree::Root>& root,
                                    const char* name) {
    if (!root) detail::throw_no_root(name);
    detail::require_there(name, *root);
    if (!root->tree)
        throw TypeError(fmt::format("the root \"{}\" is a {}, not a tree", name,
                                    detail::describe_root(store, *root)));
    return *root->tree;
}

vitrine_tree* open_named(const mvcc::Snapshot& snapshot, const char* name, const char* key_kind,
                         const char* value_kind) {
    const auto root = btree::find_root(snapshot, name);
    const btree::TreeKind kind = kind_asked(
        key_kind, value_kind,
        all_asked(key_kind, value_kind) ? nullptr : &tree_of_root(snapshot.store(), root, name));
    auto reader = detail::find_tree(snapshot, name, {.kind = kind});
    if (reader == nullptr) detail::throw_no_root(name);
    return of_snapshot(snapshot, std::move(reader));
}

vitrine_tree* open_ref(const mvcc::Snapshot& snapshot, vitrine_ref ref, const char* key_kind,
                       const char* value_kind) {
    // What is no tree is refused by opening it, whatever the kind.
    const auto stored = btree::kind_of(snapshot, core::ObjectId{ref});
    const btree::TreeKind kind = stored || all_asked(key_kind, value_kind)
                                     ? kind_asked(key_kind, value_kind, stored ? &*stored : nullptr)
                                     : btree::TreeKind{};
    return of_snapshot(snapshot, detail::open_tree(snapshot, AnyRef{ref}, {.kind = kind}));
}

vitrine_tree* edit_named(const std::shared_ptr<TransactionState>& state, const char* name,
                         const char* key_kind, const char* value_kind) {
    mvcc::Transaction& machine = *state->machine;
    btree::TreeKind kind;
    if (all_asked(key_kind, value_kind)) {
        kind = kind_asked(key_kind, value_kind, nullptr);
    } else {
        const auto root = btree::find_root(machine, name);
        kind = kind_asked(key_kind, value_kind, &tree_of_root(machine.store(), root, name));
    }
    return of_transaction(state, btree::edit_tree(machine, name, kind));
}

vitrine_tree* edit_ref(const std::shared_ptr<TransactionState>& state, vitrine_ref ref,
                       const char* key_kind, const char* value_kind) {
    mvcc::Transaction& machine = *state->machine;
    const core::ObjectId id{ref};
    if (!id) detail::throw_no_object(AnyRef{ref});
    const auto stored = machine.participant<btree::TreeEdits>().kind_of(id);
    const btree::TreeKind kind = stored || all_asked(key_kind, value_kind)
                                     ? kind_asked(key_kind, value_kind, stored ? &*stored : nullptr)
                                     : btree::TreeKind{};
    return of_transaction(state, btree::edit_tree(machine, id, kind));
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_snapshot_tree(const vitrine_snapshot* snapshot, const char* root_name,
                                     const char* key_kind, const char* value_kind,
                                     vitrine_tree** tree) {
    return guarded([&] {
        need(tree, "tree");
        *tree = open_named(need(snapshot, "snapshot").snapshot.machine(),
                           need_text(root_name, "root_name"), key_kind, value_kind);
    });
}

vitrine_status vitrine_snapshot_tree_of(const vitrine_snapshot* snapshot, vitrine_ref ref,
                                        const char* key_kind, const char* value_kind,
                                        vitrine_tree** tree) {
    return guarded([&] {
        need(tree, "tree");
        *tree = open_ref(need(snapshot, "snapshot").snapshot.machine(), ref, key_kind, value_kind);
    });
}

vitrine_status vitrine_transaction_tree(vitrine_transaction* transaction, const char* root_name,
                                        const char* key_kind, const char* value_kind,
                                        vitrine_tree** tree) {
    return guarded([&] {
        const auto& state = need(transaction, "transaction").state;
        const Inside inside(state.get());
        need(tree, "tree");
        *tree = edit_named(state, need_text(root_name, "root_name"), key_kind, value_kind);
    });
}

vitrine_status vitrine_transaction_tree_of(vitrine_transaction* transaction, vitrine_ref ref,
                                           const char* key_kind, const char* value_kind,
                                           vitrine_tree** tree) {
    return guarded([&] {
        const auto& state = need(transaction, "transaction").state;
        const Inside inside(state.get());
        need(tree, "tree");
        *tree = edit_ref(state, ref, key_kind, value_kind);
    });
}

vitrine_status vitrine_transaction_create_tree(vitrine_transaction* transaction,
                                               const char* key_kind, const char* value_kind,
                                               vitrine_ref* ref) {
    return guarded([&] {
        const auto& state = need(transaction, "transaction").state;
        const Inside inside(state.get());
        const auto kind = vitrine::detail::kind_named(need_text(key_kind, "key_kind"),
                                                      need_text(value_kind, "value_kind"));
        need(ref, "ref");
        *ref = vitrine::btree::create_tree(*state->machine, kind).value;
    });
}

void vitrine_tree_free(vitrine_tree* tree) { delete tree; }

}  // extern "C"
