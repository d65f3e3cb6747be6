#include <algorithm>
#include <vector>

#include <capnp/dynamic.h>
#include <capnp/pretty-print.h>
#include <fmt/format.h>

#include "bindings/cli/schema_text.hpp"
#include "core/schema/vocabulary.hpp"

namespace vitrine::cli {
namespace {

using Kind = capnp::schema::Type::Which;
using core::schema::BrandReader;
using core::schema::TypeReader;

class TypeText {
  public:
    TypeText(const SchemaSet& types, core::TypeId user) : types_(types), user_(user) {}

    [[nodiscard]] std::string of(TypeReader type) const {
        switch (type.which()) {
            case Kind::LIST: return fmt::format("List({})", of(type.getList().getElementType()));
            case Kind::ENUM: return named(type.getEnum().getTypeId(), type.getEnum().getBrand());
            case Kind::STRUCT:
                return named(type.getStruct().getTypeId(), type.getStruct().getBrand());
            case Kind::ANY_POINTER: return any_pointer(type.getAnyPointer());
            default:
                return core::schema::type_text(type,
                                               [](core::TypeId) { return std::optional<Node>(); });
        }
    }

  private:
    [[nodiscard]] std::string any_pointer(capnp::schema::Type::AnyPointer::Reader type) const {
        if (type.isParameter()) {
            const auto scope = types_.find(type.getParameter().getScopeId());
            const unsigned index = type.getParameter().getParameterIndex();
            // Of a struct around this one that is not stored: nobody can bind it any more.
            if (!scope || index >= scope->getParameters().size()) return "AnyPointer";
            return scope->getParameters()[index].getName().cStr();
        }
        if (!type.isUnconstrained()) return "AnyPointer";
        if (type.getUnconstrained().isStruct()) return "AnyStruct";
        if (type.getUnconstrained().isList()) return "AnyList";
        return "AnyPointer";
    }

    // "Outer(Text).Inner": from the top of the file, each with its arguments.
    [[nodiscard]] std::string named(core::TypeId id, BrandReader brand) const {
        if (id == core::schema::kRefType) return "Vitrine.Ref" + arguments(id, brand);
        if (id == core::schema::kTreeRefType) return "Vitrine.TreeRef";
        if (const auto unknown = types_.unknown().find(id); unknown != types_.unknown().end())
            return unknown->second;
        std::vector<core::TypeId> scopes;
        for (core::TypeId at = id; at != 0; at = types_.scope_of(at)) scopes.push_back(at);
        // What a type inside inherits of the one around both is left unsaid: begin below it.
        while (scopes.size() > 1 && inherits(scopes.back(), brand)) scopes.pop_back();
        std::string text = hidden(scopes.back()) ? "." : "";
        for (auto at = scopes.rbegin(); at != scopes.rend(); ++at)
            text +=
                (at == scopes.rbegin() ? "" : ".") + types_.name_of(*at) + arguments(*at, brand);
        return text;
    }

    [[nodiscard]] static bool inherits(core::TypeId scope, BrandReader brand) {
        for (const auto known : brand.getScopes())
            if (known.getScopeId() == scope) return known.isInherit();
        return false;
    }

    // Whether a struct around the user has a type of its own of that name.
    [[nodiscard]] bool hidden(core::TypeId top) const {
        if (types_.scope_of(top) != 0) return false;
        for (core::TypeId at = user_; at != 0; at = types_.scope_of(at))
            for (const core::TypeId nested : types_.nested_in(at))
                if (nested != top && types_.name_of(nested) == types_.name_of(top)) return true;
        return false;
    }

    [[nodiscard]] std::string arguments(core::TypeId scope, BrandReader brand) const {
        std::string text;
        for (const auto bound : brand.getScopes()) {
            if (bound.getScopeId() != scope || !bound.isBind()) continue;
            for (const auto argument : bound.getBind())
                text += fmt::format("{}{}", text.empty() ? "" : ", ",
                                    argument.isType() ? of(argument.getType()) : "AnyPointer");
        }
        return text.empty() ? text : "(" + text + ")";
    }

    const SchemaSet& types_;
    const core::TypeId user_;
};

std::string hex_data(capnp::Data::Reader data) {
    std::string text = "0x\"";
    for (const kj::byte byte : data) text += fmt::format("{:02x}", byte);
    return text + '"';
}

// "inf" and "-inf" are what a schema file says, too.
template <class Number>
std::string float_text(Number number) {
    return number != number ? "nan" : fmt::format("{}", number);
}

}  // namespace

std::string type_text(const SchemaSet& types, TypeReader type, core::TypeId user) {
    return TypeText(types, user).of(type);
}

std::string default_text(capnp::schema::Value::Reader value, capnp::Type type) {
    using Value = capnp::schema::Value;
    switch (value.which()) {
        case Value::VOID: return "void";
        case Value::BOOL: return value.getBool() ? "true" : "false";
        case Value::INT8: return std::to_string(value.getInt8());
        case Value::INT16: return std::to_string(value.getInt16());
        case Value::INT32: return std::to_string(value.getInt32());
        case Value::INT64: return std::to_string(value.getInt64());
        case Value::UINT8: return std::to_string(value.getUint8());
        case Value::UINT16: return std::to_string(value.getUint16());
        case Value::UINT32: return std::to_string(value.getUint32());
        case Value::UINT64: return std::to_string(value.getUint64());
        case Value::FLOAT32: return float_text(value.getFloat32());
        case Value::FLOAT64: return float_text(value.getFloat64());
        case Value::TEXT: return kj::str(capnp::DynamicValue::Reader(value.getText())).cStr();
        case Value::DATA: return hex_data(value.getData());
        case Value::ENUM:
            return kj::str(capnp::DynamicValue::Reader(
                               capnp::DynamicEnum(type.asEnum(), value.getEnum())))
                .cStr();
        case Value::LIST:
            return kj::str(value.getList().getAs<capnp::DynamicList>(type.asList())).cStr();
        case Value::STRUCT:
            return kj::str(value.getStruct().getAs<capnp::DynamicStruct>(type.asStruct())).cStr();
        case Value::INTERFACE:
        case Value::ANY_POINTER: break;
    }
    return "void";
}

}  // namespace vitrine::cli
