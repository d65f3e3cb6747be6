#include "core/schema/type.hpp"

#include <algorithm>
#include <bit>

#include <capnp/any.h>

#include "core/schema/vocabulary.hpp"

namespace vitrine::core::schema {

namespace {

using Kind = capnp::schema::Type::Which;
using Scope = capnp::schema::Brand::Scope::Reader;

std::optional<Scope> find_scope(BrandReader brand, TypeId id) {
    for (const Scope scope : brand.getScopes())
        if (scope.getScopeId() == id) return scope;
    return std::nullopt;
}

// A parameter that is not mentioned is unbound: AnyPointer.
std::optional<TypeReader> binding(const std::optional<Scope>& scope, unsigned index) {
    if (!scope || !scope->isBind() || index >= scope->getBind().size()) return std::nullopt;
    const auto bound = scope->getBind()[index];
    if (!bound.isType()) return std::nullopt;
    return bound.getType();
}

unsigned bindings(const std::optional<Scope>& scope) {
    return scope && scope->isBind() ? scope->getBind().size() : 0;
}

bool same_scope(const std::optional<Scope>& a, const std::optional<Scope>& b) {
    if ((a && a->isInherit()) != (b && b->isInherit())) return false;
    const unsigned count = std::max(bindings(a), bindings(b));
    for (unsigned i = 0; i < count; ++i) {
        const auto left = binding(a, i);
        const auto right = binding(b, i);
        if (left.has_value() != right.has_value()) return false;
        if (left && !same_type(*left, *right)) return false;
    }
    return true;
}

bool same_brand(BrandReader a, BrandReader b) {
    for (const Scope scope : a.getScopes())
        if (!same_scope(scope, find_scope(b, scope.getScopeId()))) return false;
    for (const Scope scope : b.getScopes())
        if (!same_scope(find_scope(a, scope.getScopeId()), scope)) return false;
    return true;
}

bool same_any_pointer(capnp::schema::Type::AnyPointer::Reader a,
                      capnp::schema::Type::AnyPointer::Reader b) {
    if (a.which() != b.which()) return false;
    if (a.isUnconstrained()) return a.getUnconstrained().which() == b.getUnconstrained().which();
    if (a.isParameter())
        return a.getParameter().getScopeId() == b.getParameter().getScopeId() &&
               a.getParameter().getParameterIndex() == b.getParameter().getParameterIndex();
    return true;  // a method's parameter: no struct has one
}

std::string named(TypeId id, BrandReader brand, FindNode find) {
    const auto node = find(id);
    std::string text = node ? short_name(*node) : id == kRefType ? "Ref" : hex_id(id);
    std::string arguments;
    for (const Scope scope : brand.getScopes()) {
        for (unsigned i = 0; i < bindings(scope); ++i) {
            const auto bound = binding(scope, i);
            if (!arguments.empty()) arguments += ", ";
            arguments += bound ? type_text(*bound, find) : "AnyPointer";
        }
    }
    return arguments.empty() ? text : text + "(" + arguments + ")";
}

}  // namespace

bool same_type(TypeReader a, TypeReader b) {
    if (a.which() != b.which()) return false;
    switch (a.which()) {
        case Kind::LIST:
            return same_type(a.getList().getElementType(), b.getList().getElementType());
        case Kind::ENUM: return a.getEnum().getTypeId() == b.getEnum().getTypeId();
        case Kind::STRUCT:
            return a.getStruct().getTypeId() == b.getStruct().getTypeId() &&
                   same_brand(a.getStruct().getBrand(), b.getStruct().getBrand());
        case Kind::INTERFACE: return a.getInterface().getTypeId() == b.getInterface().getTypeId();
        case Kind::ANY_POINTER: return same_any_pointer(a.getAnyPointer(), b.getAnyPointer());
        default: return true;
    }
}

std::optional<TypeReader> ref_target(BrandReader brand) {
    return binding(find_scope(brand, kRefType), 0);
}

bool same_value(capnp::schema::Value::Reader a, capnp::schema::Value::Reader b) {
    using Value = capnp::schema::Value;
    if (a.which() != b.which()) return false;
    switch (a.which()) {
        case Value::VOID:
        case Value::INTERFACE: return true;
        case Value::BOOL: return a.getBool() == b.getBool();
        case Value::INT8: return a.getInt8() == b.getInt8();
        case Value::INT16: return a.getInt16() == b.getInt16();
        case Value::INT32: return a.getInt32() == b.getInt32();
        case Value::INT64: return a.getInt64() == b.getInt64();
        case Value::UINT8: return a.getUint8() == b.getUint8();
        case Value::UINT16: return a.getUint16() == b.getUint16();
        case Value::UINT32: return a.getUint32() == b.getUint32();
        case Value::UINT64: return a.getUint64() == b.getUint64();
        // By bits: the default is XORed into what is stored, and a NaN is not equal to itself.
        case Value::FLOAT32:
            return std::bit_cast<std::uint32_t>(a.getFloat32()) ==
                   std::bit_cast<std::uint32_t>(b.getFloat32());
        case Value::FLOAT64:
            return std::bit_cast<std::uint64_t>(a.getFloat64()) ==
                   std::bit_cast<std::uint64_t>(b.getFloat64());
        case Value::TEXT: return a.getText() == b.getText();
        case Value::DATA: return a.getData() == b.getData();
        case Value::LIST: return a.getList() == b.getList();
        case Value::ENUM: return a.getEnum() == b.getEnum();
        case Value::STRUCT: return a.getStruct() == b.getStruct();
        case Value::ANY_POINTER: return a.getAnyPointer() == b.getAnyPointer();
    }
    return false;
}

std::string type_text(TypeReader type, FindNode find) {
    switch (type.which()) {
        case Kind::VOID: return "Void";
        case Kind::BOOL: return "Bool";
        case Kind::INT8: return "Int8";
        case Kind::INT16: return "Int16";
        case Kind::INT32: return "Int32";
        case Kind::INT64: return "Int64";
        case Kind::UINT8: return "UInt8";
        case Kind::UINT16: return "UInt16";
        case Kind::UINT32: return "UInt32";
        case Kind::UINT64: return "UInt64";
        case Kind::FLOAT32: return "Float32";
        case Kind::FLOAT64: return "Float64";
        case Kind::TEXT: return "Text";
        case Kind::DATA: return "Data";
        case Kind::LIST: return "List(" + type_text(type.getList().getElementType(), find) + ")";
        case Kind::ENUM: return named(type.getEnum().getTypeId(), {}, find);
        case Kind::STRUCT:
            return named(type.getStruct().getTypeId(), type.getStruct().getBrand(), find);
        case Kind::INTERFACE: return "interface " + hex_id(type.getInterface().getTypeId());
        case Kind::ANY_POINTER:
            return type.getAnyPointer().isParameter() ? "a type parameter" : "AnyPointer";
    }
    return "a type of a newer Cap'n Proto";
}

}  // namespace vitrine::core::schema
