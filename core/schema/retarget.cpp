#include "core/schema/retarget.hpp"

#include <capnp/message.h>

#include <vitrine/detail/message.hpp>

namespace vitrine::core::schema {
namespace {

using TypeBuilder = capnp::schema::Type::Builder;

bool retarget_type(TypeBuilder type, TypeId from, TypeId to);

bool retarget_brand(capnp::schema::Brand::Builder brand, TypeId from, TypeId to) {
    bool changed = false;
    for (auto scope : brand.getScopes()) {
        if (!scope.isBind()) continue;
        for (auto bound : scope.getBind()) {
            if (!bound.isType()) continue;
            TypeBuilder type = bound.getType();
            if (type.isStruct() && type.getStruct().getTypeId() == from) {
                type.getStruct().setTypeId(to);
                changed = true;
            } else {
                changed = retarget_type(type, from, to) || changed;
            }
        }
    }
    return changed;
}

bool retarget_type(TypeBuilder type, TypeId from, TypeId to) {
    if (type.isList()) return retarget_type(type.getList().getElementType(), from, to);
    return type.isStruct() && retarget_brand(type.getStruct().getBrand(), from, to);
}

}  // namespace

std::optional<std::vector<Word>> retargeted(Node node, TypeId from, TypeId to) {
    if (!node.isStruct()) return std::nullopt;
    detail::Message message;
    message.setRoot(node);
    auto copy = message.getRoot<capnp::schema::Node>();
    bool changed = false;
    for (auto field : copy.getStruct().getFields())
        if (field.isSlot()) changed = retarget_type(field.getSlot().getType(), from, to) || changed;
    if (!changed) return std::nullopt;
    return flatten(copy.asReader());
}

}  // namespace vitrine::core::schema
