#include "core/schema/misfit.hpp"

#include <vector>

#include <capnp/any.h>
#include <capnp/dynamic.h>
#include <capnp/message.h>

namespace vitrine::core::schema {
namespace {

// Reads everything; an accessor that meets what it does not expect throws kj::Exception.
class FullRead {
  public:
    void record(capnp::DynamicStruct::Reader reader) {
        for (const auto field : reader.getSchema().getNonUnionFields()) member(reader, field);
        KJ_IF_MAYBE (active, reader.which()) member(reader, *active);
    }
    /// Where it was when it threw.
    [[nodiscard]] std::string place() const {
        std::string text;
        for (const std::string& step : path_) {
            if (!text.empty() && step.front() != '[') text += ".";
            text += step;
        }
        return text;
    }

  private:
    static bool can_misfit(capnp::Type type) {
        return type.isStruct() || type.isList() || type.isText() || type.isData();
    }

    void member(capnp::DynamicStruct::Reader reader, capnp::StructSchema::Field field) {
        if (!can_misfit(field.getType())) return;
        path_.emplace_back(field.getProto().getName().cStr());
        if (!field.getProto().isSlot() || reader.has(field)) value(reader.get(field));
        path_.pop_back();
    }

    void value(const capnp::DynamicValue::Reader& value) {
        if (value.getType() == capnp::DynamicValue::STRUCT)
            record(value.as<capnp::DynamicStruct>());
        else if (value.getType() == capnp::DynamicValue::LIST)
            list(value.as<capnp::DynamicList>());
    }

    void list(capnp::DynamicList::Reader elements) {
        if (!can_misfit(elements.getSchema().getElementType())) return;
        for (unsigned i = 0; i < elements.size(); ++i) {
            path_.push_back("[" + std::to_string(i) + "]");
            value(elements[i]);
            path_.pop_back();
        }
    }

    std::vector<std::string> path_;
};

}  // namespace

std::optional<std::string> find_misfit(capnp::StructSchema schema, Words payload) {
    FullRead read;
    try {
        const auto* words = reinterpret_cast<const capnp::word*>(payload.data());
        const auto root = capnp::readMessageUnchecked<capnp::AnyPointer>(words);
        read.record(root.getAs<capnp::DynamicStruct>(schema));
    } catch (const kj::Exception& error) {
        const std::string place = read.place();
        return (place.empty() ? "" : place + ": ") + error.getDescription().cStr();
    }
    return std::nullopt;
}

}  // namespace vitrine::core::schema
