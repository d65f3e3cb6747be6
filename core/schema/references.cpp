#include "core/schema/references.hpp"

#include <set>

#include <capnp/any.h>
#include <capnp/dynamic.h>
#include <capnp/message.h>

#include "core/schema/record_walk.hpp"
#include "core/schema/vocabulary.hpp"

namespace vitrine::core::schema {

namespace {

/// Found: void(ObjectId, TypeId expected, bool is_tree, const auto& path), where path() gives the text.
template <class Found>
class Visit : public RecordWalk<Visit<Found>> {
  public:
    explicit Visit(Found found) : found_(found) {}

    static bool enters(capnp::Type type) {
        while (type.isList()) type = type.asList().getElementType();
        return type.isStruct();
    }
    void record(capnp::DynamicStruct::Reader reader) {
        const TypeId type = reader.getSchema().getProto().getId();
        if (type == kRefType || type == kTreeRefType) return reference(reader);
        this->members(reader);
    }

  private:
    // By its bytes: a Ref is one data word, or none when it is null.
    void reference(capnp::DynamicStruct::Reader reader) {
        const auto data = reader.as<capnp::AnyStruct>().getDataSection();
        std::uint64_t id = 0;
        for (std::size_t i = 0; i < data.size() && i < sizeof id; ++i)
            id |= std::uint64_t{data[i]} << (8 * i);
        if (id == 0) return;
        const bool is_tree = reader.getSchema().getProto().getId() == kTreeRefType;
        found_(ObjectId{id}, is_tree ? 0 : target_of(reader.getSchema()), is_tree,
               [this] { return this->path(); });
    }

    static TypeId target_of(capnp::StructSchema ref) {
        const auto arguments = ref.getBrandArgumentsAtScope(kRefType);
        if (arguments.size() == 0 || !arguments[0].isStruct()) return 0;
        return arguments[0].asStruct().getProto().getId();
    }

    Found found_;
};

template <class Found>
void visit(capnp::StructSchema schema, Words payload, Found found) {
    const auto* words = reinterpret_cast<const capnp::word*>(payload.data());
    const auto root = capnp::readMessageUnchecked<capnp::AnyPointer>(words);
    Visit<Found>(found).record(root.getAs<capnp::DynamicStruct>(schema));
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
    visit(schema, payload, [&](ObjectId target, TypeId expected, bool is_tree, const auto& path) {
        sink(target, expected, is_tree, path());
    });
}

void visit_targets(capnp::StructSchema schema, Words payload, TargetSink sink) {
    visit(schema, payload,
          [&](ObjectId target, TypeId, bool, const auto& /*path*/) { sink(target); });
}

bool may_refer(capnp::StructSchema schema) {
    std::set<TypeId> seen;
    return refers(schema, seen);
}

}  // namespace vitrine::core::schema
