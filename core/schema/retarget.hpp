#pragma once

#include <optional>
#include <vector>

#include "core/schema/node.hpp"

namespace vitrine::core::schema {

/// The node with every binding of a generic's parameter to the struct `from`, as in Ref(From), bound to
/// `to` instead; nothing when it has none.
std::optional<std::vector<Word>> retargeted(Node node, TypeId from, TypeId to);

}  // namespace vitrine::core::schema
