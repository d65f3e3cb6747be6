#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "btree/trees.hpp"
#include "core/schema/registry.hpp"
#include "core/storage.hpp"

namespace vitrine::cli {

/// What people call a type: "Account"; "leaf of a tree" for the machine's own.
std::string type_name(const core::schema::Registry& types, core::TypeId type);

/// "string -> Account", "(string,i64) -> ref Account": ids of structs replaced by their names.
std::string kind_text(const core::schema::Registry& types, const btree::TreeKind& kind);

/// "2026-03-01T12:30:05.123456789Z", all digits that the time has.
std::string time_text(core::Time time);

/// "none", "3 commits", "1 h 30 min"…, "forever".
std::string retention_text(Retention retention);

/// The name of a root, escaped where it is no plain text.
std::string root_text(std::string_view name);

}  // namespace vitrine::cli
