#pragma once

#include <string>

#include "bindings/cli/schema_set.hpp"

namespace vitrine::cli {

/// The types as the text of a schema file, which `capnp compile -I <Vitrine's include folder>` takes
/// and makes the same types of: ids, numbers, layout, defaults, unions, groups, generics, `$was`.
/// Annotations other than $was are of files that the store does not have: they are comments.
std::string schema_text(const SchemaSet& types);

/// A type in a field of `user`: "List(Vitrine.Ref(Account))".
std::string type_text(const SchemaSet& types, core::schema::TypeReader type, core::TypeId user);

/// A default value as the text of a schema file. `type` says what is in lists and structs.
std::string default_text(capnp::schema::Value::Reader value, capnp::Type type);

}  // namespace vitrine::cli
