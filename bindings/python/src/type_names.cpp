#include <unordered_map>

#include <fmt/format.h>

#include "bindings/python/src/struct_type.hpp"
#include "core/schema/node.hpp"
#include "core/schema/vocabulary.hpp"

namespace vitrine::python {
namespace {

using Kind = capnp::schema::Type::Which;

constexpr const char* kPlainNames[] = {"Void",    "Bool",    "Int8",   "Int16",  "Int32",
                                       "Int64",   "UInt8",   "UInt16", "UInt32", "UInt64",
                                       "Float32", "Float64", "Text",   "Data"};

std::string struct_text(capnp::Type type) {
    const auto proto = type.asStruct().getProto();
    if (proto.getId() == core::schema::kTreeRefType) return "TreeRef";
    if (proto.getId() != core::schema::kRefType) return core::schema::short_name(proto);
    const core::TypeId target = target_of(type);
    return target == 0 ? "Ref" : "Ref(" + type_name(target) + ")";
}

}  // namespace

bool is_reference(capnp::Type type) {
    if (!type.isStruct()) return false;
    const core::TypeId id = type.asStruct().getProto().getId();
    return id == core::schema::kRefType || id == core::schema::kTreeRefType;
}

core::TypeId target_of(capnp::Type reference) {
    if (reference.asStruct().getProto().getId() != core::schema::kRefType) return 0;
    const auto arguments = reference.asStruct().getBrandArgumentsAtScope(core::schema::kRefType);
    if (arguments.size() == 0 || !arguments[0].isStruct()) return 0;
    return arguments[0].asStruct().getProto().getId();
}

std::string type_text(capnp::Type type) {
    switch (type.which()) {
        case Kind::LIST: return "List(" + type_text(type.asList().getElementType()) + ")";
        case Kind::ENUM: return core::schema::short_name(type.asEnum().getProto());
        case Kind::STRUCT: return struct_text(type);
        case Kind::INTERFACE: return "interface";
        case Kind::ANY_POINTER: return "AnyPointer";
        default: return kPlainNames[static_cast<unsigned>(type.which())];
    }
}

}  // namespace vitrine::python
