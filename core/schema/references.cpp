#include "core/schema/references.hpp"

#include <set>
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

using Found =
    FunctionRef<void(ObjectId, TypeId expected, bool is_tree, const std::vector<Step>& path)>;

class Visit {
  public:
    explicit Visit(Found found) : found_(found) {}

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
        found_(ObjectId{id}, is_tree ? 0 : target_of(reader.getSchema()), is_tree, path_);
    }

    static TypeId target_of(capnp::StructSchema ref) {
        const auto arguments = ref.getBrandArgumentsAtScope(kRefType);
        if (arguments.size() == 0 || !arguments[0].isStruct()) return 0;
        return arguments[0].asStruct().getProto().getId();
    }

    Found found_;
    std::vector<Step> path_;
};

void visit(capnp::StructSchema schema, Words payload, Found found) {
    const auto* words = reinterpret_cast<const capnp::word*>(payload.data());
    const auto root = capnp::readMessageUnchecked<capnp::AnyPointer>(words);
    Visit(found).record(root.getAs<capnp::DynamicStruct>(schema));
}

bool refers(capnp::StructSchema schema, std::set<TypeId>& seen) {
    const TypeId type = schema.getProto().getId();
    if (type == kRefType || type == kTreeRefType) return true;
    if (schema.getProto().getIsGeneric()) return true;  // that depends on what it is filled with
    if (!seen.insert(type).second) return false;
    for (const auto field : schema.getFields()) {
        capnp::Type of = field.getType();
        while (of.isList()) of = of.asList().getElementType();
        if (of.isStruct() && refers(of.asStruct(), seen)) return true;
    }
    return false;
}

}  // namespace

void visit_references(capnp::StructSchema schema, Words payload, ReferenceSink sink) {
    visit(schema, payload,
          [&](ObjectId target, TypeId expected, bool is_tree, const std::vector<Step>& path) {
              sink(target, expected, is_tree, text_of(path));
          });
}

void visit_targets(capnp::StructSchema schema, Words payload, TargetSink sink) {
    visit(schema, payload,
          [&](ObjectId target, TypeId, bool, const std::vector<Step>&) { sink(target); });
}

bool may_refer(capnp::StructSchema schema) {
    std::set<TypeId> seen;
    return refers(schema, seen);
}

}  // namespace vitrine::core::schema
