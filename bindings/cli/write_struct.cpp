#include <capnp/message.h>
#include <fmt/format.h>

#include "bindings/cli/record.hpp"
#include "bindings/cli/struct_json.hpp"
#include "core/schema/node.hpp"
#include "core/schema/vocabulary.hpp"

namespace vitrine::cli {
namespace {

using capnp::DynamicValue;
using core::schema::view_of;

void write_text(JsonWriter& out, std::string_view text) {
    if (is_utf8(text))
        out.string(text);
    else
        out.raw(bytes_object(kBytesMember, std::as_bytes(std::span(text))));
}

void write_member(JsonWriter& out, capnp::DynamicStruct::Reader record,
                  capnp::StructSchema::Field field, bool of_union) {
    const bool null = field.getProto().isSlot() && !record.has(field);
    if (null && !of_union) return;
    out.key(view_of(field.getProto().getName()));
    if (null)
        out.null();
    else
        write_dynamic(out, record.get(field), field.getType());
}

void write_list(JsonWriter& out, capnp::DynamicList::Reader list) {
    out.begin_array();
    for (const auto& element : list) write_dynamic(out, element, list.getSchema().getElementType());
    out.end_array();
}

void write_enum(JsonWriter& out, capnp::DynamicEnum value) {
    KJ_IF_MAYBE (known, value.getEnumerant())
        out.string(view_of(known->getProto().getName()));
    else
        out.number(std::uint64_t{value.getRaw()});
}

bool reads_back(std::string_view json, capnp::DynamicStruct::Reader record) {
    const JsonDocument document(json);
    capnp::MallocMessageBuilder message;
    const auto copy = message.initRoot<capnp::DynamicStruct>(record.getSchema());
    read_struct(document.value(), copy);
    return same_record(record, copy.asReader());
}

std::string words_object(capnp::DynamicStruct::Reader record) {
    return bytes_object(kWordsMember, bytes_of(flatten(record)));
}

}  // namespace

bool is_reference(capnp::StructSchema schema) {
    const core::TypeId id = schema.getProto().getId();
    return id == core::schema::kRefType || id == core::schema::kTreeRefType;
}

std::uint64_t reference_id(capnp::DynamicStruct::Reader reference) {
    return reference.get("id").as<std::uint64_t>();
}

// By the type: a DynamicValue does not know how wide its number is.
void write_dynamic(JsonWriter& out, const DynamicValue::Reader& value, capnp::Type type) {
    using Kind = capnp::schema::Type;
    switch (type.which()) {
        case Kind::VOID: out.null(); return;
        case Kind::BOOL: out.boolean(value.as<bool>()); return;
        case Kind::INT8:
        case Kind::INT16:
        case Kind::INT32: out.number(value.as<std::int64_t>()); return;
        case Kind::INT64: out.string(std::to_string(value.as<std::int64_t>())); return;
        case Kind::UINT8:
        case Kind::UINT16:
        case Kind::UINT32: out.number(value.as<std::uint64_t>()); return;
        case Kind::UINT64: out.string(std::to_string(value.as<std::uint64_t>())); return;
        case Kind::FLOAT32: out.number(value.as<float>()); return;
        case Kind::FLOAT64: out.number(value.as<double>()); return;
        case Kind::TEXT: write_text(out, view_of(value.as<capnp::Text>())); return;
        case Kind::DATA: {
            const auto data = value.as<capnp::Data>();
            out.string(base64(std::as_bytes(std::span(data.begin(), data.size()))));
            return;
        }
        case Kind::LIST: write_list(out, value.as<capnp::DynamicList>()); return;
        case Kind::ENUM: write_enum(out, value.as<capnp::DynamicEnum>()); return;
        case Kind::STRUCT: write_struct(out, value.as<capnp::DynamicStruct>()); return;
        case Kind::ANY_POINTER:
            out.raw(bytes_object(kWordsMember,
                                 bytes_of(flatten_pointer(value.as<capnp::AnyPointer>()))));
            return;
        case Kind::INTERFACE: break;
    }
    throw JsonError("a record holds what cannot be stored");
}

void write_struct(JsonWriter& out, capnp::DynamicStruct::Reader record) {
    if (is_reference(record.getSchema())) {
        out.string(fmt::format("#{}", reference_id(record)));
        return;
    }
    out.begin_object();
    for (const auto field : record.getSchema().getNonUnionFields())
        write_member(out, record, field, false);
    KJ_IF_MAYBE (active, record.which()) write_member(out, record, *active, true);
    out.end_object();
}

void show_struct(JsonWriter& out, capnp::DynamicStruct::Reader record) {
    const auto before = out.mark();
    try {
        write_struct(out, record);
    } catch (const kj::Exception&) {
        out.rewind(before);
        out.raw(words_object(record));
    }
}

void write_struct_exactly(JsonWriter& out, capnp::DynamicStruct::Reader record) {
    try {
        JsonWriter json(JsonWriter::kCompact);
        write_struct(json, record);
        if (reads_back(json.text(), record)) {
            out.raw(json.text());
            return;
        }
    } catch (const kj::Exception&) {
        // Nothing is lost: the words are exact.
    } catch (const JsonError&) {
    }
    out.raw(words_object(record));
}

}  // namespace vitrine::cli
