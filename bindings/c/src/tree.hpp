#pragma once

#include <vitrine.h>

#include <string_view>

#include "bindings/c/src/handles.hpp"

namespace vitrine::capi {

/// Throws: UsageError for NULL with a size.
BytesView to_view(const void* data, std::size_t size, const char* name);

inline vitrine_bytes to_bytes(BytesView bytes) { return {bytes.data(), bytes.size()}; }

/// Refuses keys that no key of the tree is as long as. Throws: UsageError.
void check_key_size(const vitrine_tree& tree, BytesView key);
/// Refuses bytes that are no key of the tree's kind. Throws: UsageError.
void check_key(const vitrine_tree& tree, BytesView key);
/// Refuses bytes that are no value of the tree's kind. Throws: UsageError, SchemaError.
/// `aligned`: room for a copy of a struct's words; gives the bytes to store.
BytesView check_value(const vitrine_tree& tree, BytesView value, std::vector<core::Word>& aligned);

/// "there is no key 7 in this tree of i64 -> string".
vitrine_status no_key(const vitrine_tree& tree, BytesView key);

/// What C says as the machine's. NULL: everything. Throws: UsageError.
btree::Bounds to_bounds(const vitrine_tree& tree, const vitrine_bounds* bounds);

/// The handle's transaction, if it has one. Throws: UsageError for NULL.
TransactionState* transaction_of(const vitrine_tree* tree);

}  // namespace vitrine::capi
