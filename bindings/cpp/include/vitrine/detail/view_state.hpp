#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <capnp/common.h>

#include <vitrine/any_ref.hpp>
#include <vitrine/bytes.hpp>
#include <vitrine/detail/struct_type.hpp>
#include <vitrine/detail/tree_kind.hpp>
#include <vitrine/detail/tree_reader.hpp>

namespace vitrine::mvcc {
class Snapshot;
}  // namespace vitrine::mvcc

namespace vitrine::detail {

/// What a View keeps: the machine's view, and the keys that it lent out.
struct ViewState;
struct DropViewState {
    void operator()(ViewState* state) const noexcept;
};
using ViewOwner = std::unique_ptr<ViewState, DropViewState>;

ViewOwner open_view(const mvcc::Snapshot& snapshot);

/// The payload, null when absent; all of a hot read. Requires: `state` is not null.
/// Throws: TypeError, SchemaError, CorruptionError, StorageError.
const capnp::word* peek_object(const ViewState& state, AnyRef ref, const StructType& type);
/// The same; absence is a NotFoundError.
const capnp::word* peek_existing(const ViewState& state, AnyRef ref, const StructType& type);

std::shared_ptr<const btree::TreeReader> open_tree(const ViewState& state, std::string_view root,
                                                   const TypedKind& kind);
std::shared_ptr<const btree::TreeReader> open_tree(const ViewState& state, AnyRef ref,
                                                   const TypedKind& kind);
/// Null when there is no such root.
std::shared_ptr<const btree::TreeReader> find_tree(const ViewState& state, std::string_view root,
                                                   const TypedKind& kind);

/// A borrowed look-up in a tree that open_tree() gave. Requires: its view is open.
std::optional<BytesView> peek_value(const btree::TreeReader& tree, BytesView key);
/// A copy of the key that lives as long as the view.
BytesView lend_key(ViewState& state, BytesView key);
/// An empty string that lives as long as the view.
std::string& lend_text(ViewState& state);

[[noreturn]] void throw_no_view();

}  // namespace vitrine::detail
