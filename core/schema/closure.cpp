#include "core/schema/closure.hpp"

#include <utility>
#include <vector>

#include <vitrine/error.hpp>

#include "core/schema/type.hpp"
#include "core/schema/vocabulary.hpp"

namespace vitrine::core::schema {

namespace {

using Kind = capnp::schema::Type::Which;

// Every node is visited once, without its brand, and what a brand binds is visited where it is
// bound: so the walk ends even for a generic that holds itself with ever longer arguments.
class Walk {
  public:
    Closure run(capnp::StructSchema root) {
        add(root);
        while (!open_.empty()) {
            const capnp::StructSchema next = open_.back();
            open_.pop_back();
            fields(next);
        }
        return std::move(found_);
    }

  private:
    void add(capnp::StructSchema schema) {
        const auto plain = schema.getGeneric().asStruct();
        if (found_.emplace(plain.getProto().getId(), plain.getProto()).second)
            open_.push_back(plain);
    }

    void fields(capnp::StructSchema schema) {
        for (const auto field : schema.getFields()) {
            place_ = short_name(schema.getProto()) + "." +
                     std::string(view_of(field.getProto().getName()));
            if (field.getProto().isGroup())
                add(field.getType().asStruct());
            else
                type(field.getProto().getSlot().getType(), field.getType());
        }
    }

    // `written` is the type as the schema has it, with its brand; `meant` the same, resolved.
    void type(TypeReader written, capnp::Type meant) {
        switch (written.which()) {
            case Kind::LIST:
                return type(written.getList().getElementType(), meant.asList().getElementType());
            case Kind::ENUM: {
                const auto node = meant.asEnum().getProto();
                found_.emplace(node.getId(), node);
                return;
            }
            case Kind::STRUCT:
                add(meant.asStruct());
                if (meant.asStruct().getProto().getId() == kRefType)
                    return target(written.getStruct().getBrand());
                return brand(written.getStruct().getBrand(), meant.asStruct());
            case Kind::INTERFACE: refuse("a capability cannot be stored");
            case Kind::ANY_POINTER:
                if (written.getAnyPointer().isUnconstrained() &&
                    written.getAnyPointer().getUnconstrained().isCapability())
                    refuse("a capability cannot be stored");
                return;
            default: return;
        }
    }

    void brand(BrandReader written, capnp::StructSchema meant) {
        for (const auto scope : written.getScopes()) {
            if (!scope.isBind()) continue;
            const auto arguments = meant.getBrandArgumentsAtScope(scope.getScopeId());
            const auto bound = scope.getBind();
            for (unsigned i = 0; i < bound.size(); ++i)
                if (bound[i].isType()) type(bound[i].getType(), arguments[i]);
        }
    }

    void target(BrandReader written) const {
        const auto bound = ref_target(written);
        if (bound && !bound->isStruct() && !bound->isAnyPointer())
            refuse("a Ref refers to a struct");
    }

    [[noreturn]] void refuse(const std::string& why) const {
        throw SchemaError("schema: " + place_ + ": " + why);
    }

    Closure found_;
    std::vector<capnp::StructSchema> open_;
    std::string place_;  // the field being looked at
};

}  // namespace

Closure closure_of(capnp::StructSchema root) { return Walk().run(root); }

}  // namespace vitrine::core::schema
