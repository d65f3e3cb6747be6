#include <charconv>
#include <limits>

#include <capnp/message.h>
#include <fmt/format.h>

#include "bindings/cli/record.hpp"
#include "bindings/cli/struct_json.hpp"
#include "core/schema/node.hpp"

namespace vitrine::cli {
namespace {

using capnp::DynamicStruct;
using capnp::DynamicValue;
using core::schema::view_of;
using Kind = capnp::schema::Type::Which;

// Whatever takes values: a field of a struct, or a place in a list.
class FieldSlot {
  public:
    FieldSlot(DynamicStruct::Builder record, capnp::StructSchema::Field field)
        : record_(record), field_(field) {}
    void set(const DynamicValue::Reader& value) { record_.set(field_, value); }
    DynamicValue::Builder init() { return record_.init(field_); }
    DynamicValue::Builder init(unsigned size) { return record_.init(field_, size); }
    DynamicValue::Builder get() { return record_.get(field_); }
    void clear() { record_.clear(field_); }

  private:
    DynamicStruct::Builder record_;
    capnp::StructSchema::Field field_;
};

class ElementSlot {
  public:
    ElementSlot(capnp::DynamicList::Builder list, unsigned index) : list_(list), index_(index) {}
    void set(const DynamicValue::Reader& value) { list_.set(index_, value); }
    DynamicValue::Builder init() { return list_[index_]; }  // structs of a list are in place
    DynamicValue::Builder init(unsigned size) { return list_.init(index_, size); }
    [[noreturn]] static DynamicValue::Builder get() {
        throw JsonError("a list of AnyPointers is written as {\"$words\": …} of its record");
    }
    // A list is made of nulls.
    void clear() const {}

  private:
    capnp::DynamicList::Builder list_;
    unsigned index_;
};

template <class Number>
DynamicValue::Reader ranged(auto number) {
    if (!std::in_range<Number>(number))
        throw JsonError(fmt::format("{} does not fit {} bits", number, 8 * sizeof(Number)));
    return static_cast<Number>(number);
}

DynamicValue::Reader enumerant(capnp::EnumSchema schema, JsonReader json) {
    if (json.isNumber()) {  // of a release that knew more
        const std::uint64_t number = unsigned_of(json);
        static_cast<void>(ranged<std::uint16_t>(number));
        return capnp::DynamicEnum(schema, static_cast<std::uint16_t>(number));
    }
    const std::string name(text_of(json));
    KJ_IF_MAYBE (found, schema.findEnumerantByName(name.c_str())) return capnp::DynamicEnum(*found);
    throw JsonError(fmt::format("there is no enumerant \"{}\"", name));
}

void read_value(JsonReader json, capnp::Type type, auto slot);

void read_list(JsonReader json, capnp::Type element, auto slot) {
    if (!json.isArray()) throw JsonError("expected an array");
    const auto array = json.getArray();
    const auto list = slot.init(array.size()).template as<capnp::DynamicList>();
    for (unsigned i = 0; i < array.size(); ++i) {
        try {
            read_value(array[i], element, ElementSlot(list, i));
        } catch (const JsonError& error) {
            throw JsonError(
                fmt::format("[{}]{}{}", i, error.what()[0] == '[' ? "" : ": ", error.what()));
        }
    }
}

void read_nested(JsonReader json, DynamicStruct::Builder record) {
    if (is_reference(record.getSchema()) && json.isString())
        record.set("id", reference_of(text_of(json)));
    else
        read_struct(json, record);
}

void read_text(JsonReader json, auto slot) {
    if (const auto bytes = find_bytes_object(json, kBytesMember)) {
        // A text ends with a NUL that is not of it.
        std::string text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
        slot.set(capnp::Text::Reader(text.c_str(), text.size()));
        return;
    }
    const std::string_view text = text_of(json);
    slot.set(capnp::Text::Reader(text.data(), text.size()));
}

void read_any(JsonReader json, auto slot) {
    const auto bytes = find_bytes_object(json, kWordsMember);
    if (!bytes) throw JsonError("an AnyPointer is written as {\"$words\": …}");
    const Payload words = checked_payload(*bytes);
    slot.get().template as<capnp::AnyPointer>().set(capnp::readMessageUnchecked<capnp::AnyPointer>(
        reinterpret_cast<const capnp::word*>(words.data())));
}

void read_value(JsonReader json, capnp::Type type, auto slot) {
    const bool pointer =
        type.isText() || type.isData() || type.isList() || type.isStruct() || type.isAnyPointer();
    if (json.isNull() && (pointer || type.isVoid())) {
        if (pointer)
            slot.clear();
        else
            slot.set(capnp::VOID);
        return;
    }
    switch (type.which()) {
        case Kind::VOID: throw JsonError("expected null");
        case Kind::BOOL: return slot.set(boolean_of(json));
        case Kind::INT8: return slot.set(ranged<std::int8_t>(signed_of(json)));
        case Kind::INT16: return slot.set(ranged<std::int16_t>(signed_of(json)));
        case Kind::INT32: return slot.set(ranged<std::int32_t>(signed_of(json)));
        case Kind::INT64: return slot.set(signed_of(json));
        case Kind::UINT8: return slot.set(ranged<std::uint8_t>(unsigned_of(json)));
        case Kind::UINT16: return slot.set(ranged<std::uint16_t>(unsigned_of(json)));
        case Kind::UINT32: return slot.set(ranged<std::uint32_t>(unsigned_of(json)));
        case Kind::UINT64: return slot.set(unsigned_of(json));
        case Kind::FLOAT32: return slot.set(static_cast<float>(double_of(json)));
        case Kind::FLOAT64: return slot.set(double_of(json));
        case Kind::TEXT: return read_text(json, slot);
        case Kind::DATA: {
            const auto bytes = from_base64(text_of(json));
            return slot.set(
                capnp::Data::Reader(reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()));
        }
        case Kind::LIST: return read_list(json, type.asList().getElementType(), slot);
        case Kind::ENUM: return slot.set(enumerant(type.asEnum(), json));
        case Kind::STRUCT: return read_nested(json, slot.init().template as<DynamicStruct>());
        case Kind::ANY_POINTER: return read_any(json, slot);
        case Kind::INTERFACE: break;
    }
    throw JsonError("what cannot be stored");
}

void read_field(JsonReader json, DynamicStruct::Builder record, capnp::StructSchema::Field field) {
    // A field that stands for AnyPointer has no init(): it is made the active member by clear().
    if (field.getType().isAnyPointer()) record.clear(field);
    read_value(json, field.getType(), FieldSlot(record, field));
}

}  // namespace

std::uint64_t reference_of(std::string_view text) {
    std::uint64_t id = 0;
    const char* end = text.data() + text.size();
    if (text.size() < 2 || text.front() != '#')
        throw JsonError(fmt::format("\"{}\" is no reference like \"#12\"", text));
    const auto result = std::from_chars(text.data() + 1, end, id);
    if (result.ec != std::errc() || result.ptr != end)
        throw JsonError(fmt::format("\"{}\" is no reference like \"#12\"", text));
    return id;
}

void read_struct(JsonReader json, DynamicStruct::Builder record) {
    if (!json.isObject()) throw JsonError("expected an object");
    for (const auto member : json.getObject()) {
        const auto name = member.getName();
        KJ_IF_MAYBE (field, record.getSchema().findFieldByName(name)) {
            try {
                read_field(member.getValue(), record, *field);
            } catch (const JsonError& error) {
                const char next = error.what()[0];
                throw JsonError(
                    fmt::format("{}{}{}", name.cStr(), next == '[' ? "" : ": ", error.what()));
            }
        } else {
            throw JsonError(fmt::format("{} has no field \"{}\"",
                                        core::schema::short_name(record.getSchema().getProto()),
                                        name.cStr()));
        }
    }
}

}  // namespace vitrine::cli
