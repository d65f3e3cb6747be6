#include "bindings/cpp/src/roots.hpp"

#include <fmt/format.h>

#include <vitrine/detail/snapshot_handle.hpp>
#include <vitrine/error.hpp>

#include "bindings/cpp/src/object_types.hpp"
#include "btree/key_text.hpp"

namespace vitrine::detail {
namespace {

std::string describe_kind(const btree::TreeKind& kind) {
    return "tree " + kind.key + " -> " + kind.value;
}

std::string text_of_name(std::string_view name) {
    return btree::bytes_text(std::as_bytes(std::span(name)));
}

}  // namespace

void throw_no_root(std::string_view name) {
    throw NotFoundError(fmt::format("there is no root {}", text_of_name(name)));
}

void require_there(std::string_view name, const btree::Root& root) {
    if (root.tree || root.type != 0) return;
    throw NotFoundError(fmt::format("the root {} refers to object #{}, which was erased",
                                    text_of_name(name), root.id.value));
}

std::string describe_root(mvcc::Store& store, const btree::Root& root) {
    return root.tree ? describe_kind(*root.tree) : store.types().name_of(root.type);
}

void check_root(mvcc::Store& store, std::string_view name, const btree::Root& root,
                const StructType& type) {
    require_there(name, root);
    if (root.tree) {
        throw TypeError(fmt::format("the root {} is a {}, not of type {}", text_of_name(name),
                                    describe_kind(*root.tree), name_of(type)));
    }
    if (root.type != type.id) {
        throw TypeError(fmt::format("the root {} is of type {} ({:#x}), not of type {} ({:#x})",
                                    text_of_name(name), store.types().name_of(root.type), root.type,
                                    name_of(type), type.id));
    }
    check_schema(store, type);
}

std::shared_ptr<const btree::TreeReader> find_tree(const mvcc::Snapshot& snapshot,
                                                   std::string_view name, const TypedKind& kind) {
    const auto root = btree::find_root(snapshot, name);
    if (!root) return nullptr;
    require_there(name, *root);
    if (!root->tree || *root->tree != kind.kind) {
        throw TypeError(fmt::format("the root {} is a {}, not a {}", text_of_name(name),
                                    describe_root(snapshot.store(), *root),
                                    describe_kind(kind.kind)));
    }
    check_schema(snapshot.store(), kind);
    return btree::open_tree(snapshot, root->id, kind.kind);
}

std::shared_ptr<const btree::TreeReader> open_tree(const mvcc::Snapshot& snapshot, AnyRef ref,
                                                   const TypedKind& kind) {
    if (!ref) throw_no_object(ref);
    auto tree = btree::open_tree(snapshot, core::to_id(ref), kind.kind);
    check_schema(snapshot.store(), kind);
    return tree;
}

}  // namespace vitrine::detail
