#pragma once

#include <capnp/dynamic.h>

#include "bindings/python/src/python.hpp"

namespace vitrine::python {

/// A number, boolean, enumerant or nothing for a field or element of that type.
/// Throws: TypeError, UsageError.
capnp::DynamicValue::Reader plain_value(py::handle value, capnp::Type type);

}  // namespace vitrine::python
