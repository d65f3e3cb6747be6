#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <capnp/schema.capnp.h>

#include "core/function_ref.hpp"
#include "core/ids.hpp"
#include "core/storage.hpp"

namespace vitrine::core::schema {

using Node = capnp::schema::Node::Reader;

/// Where the nodes that a node mentions are looked up: the store's, or the program's.
using FindNode = FunctionRef<std::optional<Node>(TypeId)>;

/// The node as flat words, as a StoredType carries it. The display name loses the folder of the
/// source file, so that the same schema gives the same bytes wherever it was compiled.
std::vector<Word> flatten(Node node);

/// The same words after a check: a copy over which unchecked readers are safe.
/// Throws: CorruptionError when they are no node of that id, struct or enum.
std::vector<Word> checked_copy(const StoredType& type);

/// Requires: `words` come from flatten() or checked_copy(). Lifetime: borrows them.
Node node_of(Words words);

/// What messages call a type: its name without the file, "Account" or "Outer.Inner".
std::string short_name(Node node);

/// "0xe28a6ac3b0f0a7c5": the name of a type that has none.
std::string hex_id(TypeId id);

std::string_view view_of(capnp::Text::Reader text);

}  // namespace vitrine::core::schema
