#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <vitrine/detail/tree_kind.hpp>

#include "btree/trees.hpp"
#include "mvcc/store.hpp"

namespace vitrine::detail {

[[noreturn]] void throw_no_root(std::string_view name);
/// Refuses a name whose object was erased: it has no kind and type 0. Throws: NotFoundError.
void require_there(std::string_view name, const btree::Root& root);
/// Throws: TypeError naming the root and both types; SchemaError.
void check_root(mvcc::Store& store, std::string_view name, const btree::Root& root,
                const StructType& type);
/// "Account", or "tree string -> i64".
std::string describe_root(mvcc::Store& store, const btree::Root& root);

/// Null when there is no such root. Throws: TypeError, SchemaError.
std::shared_ptr<const btree::TreeReader> find_tree(const mvcc::Snapshot& snapshot,
                                                   std::string_view root, const TypedKind& kind);
/// Throws: NotFoundError, TypeError, SchemaError.
std::shared_ptr<const btree::TreeReader> open_tree(const mvcc::Snapshot& snapshot, AnyRef ref,
                                                   const TypedKind& kind);

}  // namespace vitrine::detail
