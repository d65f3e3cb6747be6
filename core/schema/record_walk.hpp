#pragma once

#include <string>
#include <vector>

#include <capnp/dynamic.h>

namespace vitrine::core::schema {

/// Goes over a record by its schema: members that are there, the active one of a union, nested
/// structs, groups and lists; and knows where it is. The derived class says what it enters, and may
/// do something else with a struct:
///
///     static bool enters(capnp::Type type);
///     void record(capnp::DynamicStruct::Reader reader) { members(reader); }
template <class Derived>
class RecordWalk {
  protected:
    /// A step of the way, kept apart until there is something to report.
    struct Step {
        const char* field = nullptr;
        unsigned index = 0;
    };

    void members(capnp::DynamicStruct::Reader reader) {
        for (const auto field : reader.getSchema().getNonUnionFields()) member(reader, field);
        KJ_IF_MAYBE (active, reader.which()) member(reader, *active);
    }

    /// "parent", "entries[3].target".
    [[nodiscard]] std::string path() const {
        std::string text;
        for (const Step& step : steps_) {
            if (step.field == nullptr) {
                text += "[" + std::to_string(step.index) + "]";
            } else {
                if (!text.empty()) text += ".";
                text += step.field;
            }
        }
        return text;
    }

  private:
    Derived& derived() { return static_cast<Derived&>(*this); }

    void member(capnp::DynamicStruct::Reader reader, capnp::StructSchema::Field field) {
        if (!Derived::enters(field.getType())) return;
        if (field.getProto().isSlot() && !reader.has(field)) return;
        steps_.push_back(Step{field.getProto().getName().cStr()});
        value(reader.get(field));
        steps_.pop_back();
    }

    void value(const capnp::DynamicValue::Reader& value) {
        if (value.getType() == capnp::DynamicValue::STRUCT)
            derived().record(value.as<capnp::DynamicStruct>());
        else if (value.getType() == capnp::DynamicValue::LIST)
            list(value.as<capnp::DynamicList>());
    }

    void list(capnp::DynamicList::Reader elements) {
        if (!Derived::enters(elements.getSchema().getElementType())) return;
        for (unsigned i = 0; i < elements.size(); ++i) {
            steps_.push_back(Step{nullptr, i});
            value(elements[i]);
            steps_.pop_back();
        }
    }

    std::vector<Step> steps_;
};

}  // namespace vitrine::core::schema
