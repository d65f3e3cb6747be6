#include "bindings/python/src/plain_value.hpp"

#include <fmt/format.h>

#include "bindings/python/src/numbers.hpp"
#include "bindings/python/src/struct_type.hpp"
#include "core/schema/node.hpp"

namespace vitrine::python {
namespace {

using capnp::DynamicValue;
using Kind = capnp::schema::Type::Which;

DynamicValue::Reader enumerant(capnp::EnumSchema schema, py::handle value) {
    if (!PyUnicode_Check(value.ptr()))
        return capnp::DynamicEnum(schema, to_integer<std::uint16_t>(value));
    const auto name = py::cast<std::string>(value);
    KJ_IF_MAYBE (found, schema.findEnumerantByName(name.c_str())) return capnp::DynamicEnum(*found);
    throw UsageError(
        fmt::format("{} has no \"{}\"", core::schema::short_name(schema.getProto()), name));
}

}  // namespace

capnp::DynamicValue::Reader plain_value(py::handle value, capnp::Type type) {
    switch (type.which()) {
        case Kind::BOOL:
            if (!PyBool_Check(value.ptr()) &&
                py::cast<std::string>(py::str(value.get_type().attr("__name__"))) != "bool_")
                throw TypeError(fmt::format("expected a bool, not {}", type_name_of(value)));
            return PyObject_IsTrue(value.ptr()) == 1;
        case Kind::INT8: return to_integer<std::int8_t>(value);
        case Kind::INT16: return to_integer<std::int16_t>(value);
        case Kind::INT32: return to_integer<std::int32_t>(value);
        case Kind::INT64: return to_integer<std::int64_t>(value);
        case Kind::UINT8: return to_integer<std::uint8_t>(value);
        case Kind::UINT16: return to_integer<std::uint16_t>(value);
        case Kind::UINT32: return to_integer<std::uint32_t>(value);
        case Kind::UINT64: return to_integer<std::uint64_t>(value);
        case Kind::FLOAT32: return static_cast<float>(to_real(value));
        case Kind::FLOAT64: return to_real(value);
        case Kind::ENUM: return enumerant(type.asEnum(), value);
        case Kind::VOID:
            if (value.is_none()) return capnp::VOID;
            throw TypeError(fmt::format("expected None, not {}", type_name_of(value)));
        default: break;
    }
    throw TypeError(fmt::format("values of type {} cannot be set from Python", type_text(type)));
}

}  // namespace vitrine::python
