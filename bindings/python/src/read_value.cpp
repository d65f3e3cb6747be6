#include <bit>
#include <cstring>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/struct_view.hpp"
#include "bindings/python/src/text.hpp"
#include "core/schema/node.hpp"

namespace vitrine::python {
namespace {

using Kind = capnp::schema::Type::Which;

py::object reference_to(capnp::DynamicStruct::Reader reference, capnp::Type type) {
    const core::ObjectId id{reference.get("id").as<std::uint64_t>()};
    if (!id) return py::none();
    if (reference.getSchema().getProto().getParameters().size() == 0)
        return make_box<TreeRefValue>(id, std::string());
    return make_ref(id, target_of(type));
}

py::object enumerant(capnp::DynamicEnum value) {
    KJ_IF_MAYBE (known, value.getEnumerant()) return py::str(known->getProto().getName().cStr());
    return py::int_(value.getRaw());
}

template <class T>
T from_bits(std::uint64_t bits) {
    T value{};
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

py::object number(std::uint64_t bits, Kind kind) {
    switch (kind) {
        case Kind::BOOL: return take(PyBool_FromLong(static_cast<long>(bits & 1)));
        case Kind::INT8: return take(PyLong_FromLong(from_bits<std::int8_t>(bits)));
        case Kind::INT16: return take(PyLong_FromLong(from_bits<std::int16_t>(bits)));
        case Kind::INT32: return take(PyLong_FromLong(from_bits<std::int32_t>(bits)));
        case Kind::INT64: return take(PyLong_FromLongLong(from_bits<std::int64_t>(bits)));
        case Kind::FLOAT32: return take(PyFloat_FromDouble(from_bits<float>(bits)));
        case Kind::FLOAT64: return take(PyFloat_FromDouble(from_bits<double>(bits)));
        default: return take(PyLong_FromUnsignedLongLong(bits));
    }
}

unsigned width_of(Kind kind) {
    switch (kind) {
        case Kind::INT8:
        case Kind::UINT8: return 1;
        case Kind::INT16:
        case Kind::UINT16: return 2;
        case Kind::INT32:
        case Kind::UINT32:
        case Kind::FLOAT32: return 4;
        default: return 8;
    }
}

}  // namespace

std::uint64_t read_bits(const kj::byte* data, std::size_t size, const Field& field) {
    if (field.kind == Kind::BOOL) {
        const bool set =
            field.offset / 8 < size && (data[field.offset / 8] >> field.offset % 8 & 1);
        return std::uint64_t{set} ^ field.default_bits;
    }
    const unsigned width = width_of(field.kind);
    const std::size_t begin = std::size_t{field.offset} * width;
    std::uint64_t bits = 0;
    if (begin + width <= size) std::memcpy(&bits, data + begin, width);
    return bits ^ field.default_bits;
}

py::object to_python(const capnp::DynamicValue::Reader& value, capnp::Type type,
                     const py::object& owner, const py::object& nested) {
    switch (type.which()) {
        case Kind::VOID: return py::none();
        case Kind::BOOL: return py::bool_(value.as<bool>());
        case Kind::INT8:
        case Kind::INT16:
        case Kind::INT32:
        case Kind::INT64: return py::int_(value.as<std::int64_t>());
        case Kind::UINT8:
        case Kind::UINT16:
        case Kind::UINT32:
        case Kind::UINT64: return py::int_(value.as<std::uint64_t>());
        case Kind::FLOAT32:
        case Kind::FLOAT64: return py::float_(value.as<double>());
        case Kind::TEXT: return take(new_text(core::schema::view_of(value.as<capnp::Text>())));
        case Kind::DATA: {
            const auto data = value.as<capnp::Data>();
            return py::bytes(reinterpret_cast<const char*>(data.begin()), data.size());
        }
        case Kind::LIST: return make_box<ListView>(owner, nested, value.as<capnp::DynamicList>());
        case Kind::ENUM: return enumerant(value.as<capnp::DynamicEnum>());
        case Kind::STRUCT:
            if (is_reference(type)) return reference_to(value.as<capnp::DynamicStruct>(), type);
            return make_box<StructView>(nested, owner, btree::ValueHold{}, core::ObjectId{},
                                        Version{}, value.as<capnp::DynamicStruct>());
        default: break;
    }
    throw TypeError("fields of type AnyPointer cannot be read from Python");
}

py::object read_field(PyObject* self, const StructView& view, const Field& field) {
    if (field.of_union) {
        bool active = false;
        KJ_IF_MAYBE (which, view.reader.which()) active = *which == field.schema;
        if (!active)
            throw UsageError(
                fmt::format("{} is not the active member of its union in {}: that is {}",
                            field.name, unbox<StructType>(view.type.ptr()).name,
                            py::cast<std::string>(py::str(active_member(view)))));
    }
    if (field.number) {
        const auto data = capnp::AnyStruct::Reader(view.reader).getDataSection();
        return number(read_bits(data.begin(), data.size(), field), field.kind);
    }
    return to_python(view.reader.get(field.schema), field.schema.getType(),
                     view.owner ? view.owner : borrow(self), field.nested);
}

py::object active_member(const StructView& view) {
    if (view.reader.getSchema().getUnionFields().size() == 0) return py::none();
    KJ_IF_MAYBE (which, view.reader.which()) return py::str(which->getProto().getName().cStr());
    const auto proto = view.reader.getSchema().getProto().getStruct();
    const auto data = capnp::AnyStruct::Reader(view.reader).getDataSection();
    const std::size_t begin = std::size_t{proto.getDiscriminantOffset()} * 2;
    std::uint16_t number_of_member = 0;
    if (begin + 2 <= data.size()) std::memcpy(&number_of_member, data.begin() + begin, 2);
    return py::int_(number_of_member);
}

}  // namespace vitrine::python
