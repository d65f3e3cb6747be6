#include "core/schema/references.hpp"

#include <optional>
#include <vector>

#include <capnp/any.h>
#include <capnp/dynamic.h>
#include <capnp/message.h>

#include "core/schema/vocabulary.hpp"

namespace vitrine::core::schema {

namespace {

// A step of the path, kept apart until there is something to report.
struct Step {
    const char* field = nullptr;
    unsigned index = 0;
};

std::string text_of(const std::vector<Step>& path) {
    std::string text;
    for (const Step& step : path) {
        if (step.field == nullptr) {
            text += "[" + std::to_string(step.index) + "]";
        } else {
            if (!text.empty()) text += ".";
            text += step.field;
        }
    }
    return text;
}

bool may_hold_references(capnp::Type type) {
    while (type.isList()) type = type.asList().getElementType();
    return type.isStruct();
}

class Visit {
  public:
    explicit Visit(ReferenceSink sink) : sink_(sink) {}

    void record(capnp::DynamicStruct::Reader reader) {
        const TypeId type = reader.getSchema().getProto().getId();
        if (type == kRefType || type == kTreeRefType) return reference(reader);
        for (const auto field : reader.getSchema().getNonUnionFields()) member(reader, field);
        KJ_IF_MAYBE (active, reader.which()) member(reader, *active);
    }

  private:
    void member(capnp::DynamicStruct::Reader reader, capnp::StructSchema::Field field) {
        if (!may_hold_references(field.getType())) return;
        if (field.getProto().isSlot() && !reader.has(field)) return;
        path_.push_back(Step{field.getProto().getName().cStr()});
        value(reader.get(field));
        path_.pop_back();
    }

    void value(const capnp::DynamicValue::Reader& value) {
        if (value.getType() == capnp::DynamicValue::STRUCT)
            record(value.as<capnp::DynamicStruct>());
        else if (value.getType() == capnp::DynamicValue::LIST)
            list(value.as<capnp::DynamicList>());
    }

    void list(capnp::DynamicList::Reader elements) {
        for (unsigned i = 0; i < elements.size(); ++i) {
            path_.push_back(Step{nullptr, i});
            value(elements[i]);
            path_.pop_back();
        }
    }

    // By its bytes: a Ref is one data word, or none when it is null.
    void reference(capnp::DynamicStruct::Reader reader) {
        const auto data = reader.as<capnp::AnyStruct>().getDataSection();
        std::uint64_t id = 0;
        for (std::size_t i = 0; i < data.size() && i < sizeof id; ++i)
            id |= std::uint64_t{data[i]} << (8 * i);
        if (id == 0) return;
        const bool is_tree = reader.getSchema().getProto().getId() == kTreeRefType;
        sink_(ObjectId{id}, is_tree ? 0 : target_of(reader.getSchema()), is_tree, text_of(path_));
    }

    static TypeId target_of(capnp::StructSchema ref) {
        const auto arguments = ref.getBrandArgumentsAtScope(kRefType);
        if (arguments.size() == 0 || !arguments[0].isStruct()) return 0;
        return arguments[0].asStruct().getProto().getId();
    }

    ReferenceSink sink_;
    std::vector<Step> path_;
};

}  // namespace

void visit_references(capnp::StructSchema schema, Words payload, ReferenceSink sink) {
    const auto* words = reinterpret_cast<const capnp::word*>(payload.data());
    const auto root = capnp::readMessageUnchecked<capnp::AnyPointer>(words);
    Visit(sink).record(root.getAs<capnp::DynamicStruct>(schema));
}

}  // namespace vitrine::core::schema
