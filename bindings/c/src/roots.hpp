#pragma once

#include <vitrine.h>

#include <optional>

#include "bindings/cpp/src/roots.hpp"

namespace vitrine::capi {

/// Gives what a name refers to, or says that there is none. Throws: NotFoundError when it was
/// erased.
vitrine_status give_root(const std::optional<btree::Root>& root, const char* name, vitrine_ref& ref,
                         std::uint64_t* type);

/// The kind to open a tree with: what was asked for, and for NULL what is stored.
/// Throws: UsageError for a kind that there is none of.
btree::TreeKind kind_asked(const char* key_kind, const char* value_kind,
                           const btree::TreeKind* stored);

/// Whether both are asked for: what is stored need not be looked up first.
inline bool all_asked(const char* key_kind, const char* value_kind) {
    return key_kind != nullptr && value_kind != nullptr;
}

}  // namespace vitrine::capi
