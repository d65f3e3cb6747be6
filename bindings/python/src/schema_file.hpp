#pragma once

#include <string>
#include <vector>

#include "bindings/python/src/python.hpp"

namespace vitrine::python {

/// Parses a .capnp file with its imports. Returns the structs at its top, by name, as StructTypes
/// (each with those declared in it), and the enums as tuples of their names.
/// Throws: SchemaError with what is wrong where, StorageError for a folder that is not there.
py::dict load_schema(const std::string& file, const std::vector<std::string>& imports);

}  // namespace vitrine::python
