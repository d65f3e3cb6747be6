#include "bindings/python/src/struct_type.hpp"

#include <unordered_map>

#include <fmt/format.h>
#include <kj/exception.h>

#include <vitrine/error.hpp>

#include "core/schema/node.hpp"

namespace vitrine::python {
namespace {

using Kind = capnp::schema::Type::Which;
using Value = capnp::schema::Value;

// Names of all types that this process met, for messages. With the GIL only.
std::unordered_map<core::TypeId, std::string>& names() {
    static auto* const known = new std::unordered_map<core::TypeId, std::string>;
    return *known;
}

template <class T>
std::uint64_t bits_of(T value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    return bits;
}

// The bits of a number's default; false when the value is none.
bool number_bits(Value::Reader value, std::uint64_t& bits) {
    switch (value.which()) {
        case Value::BOOL: bits = value.getBool() ? 1 : 0; return true;
        case Value::INT8: bits = bits_of(value.getInt8()); return true;
        case Value::INT16: bits = bits_of(value.getInt16()); return true;
        case Value::INT32: bits = bits_of(value.getInt32()); return true;
        case Value::INT64: bits = bits_of(value.getInt64()); return true;
        case Value::UINT8: bits = value.getUint8(); return true;
        case Value::UINT16: bits = value.getUint16(); return true;
        case Value::UINT32: bits = value.getUint32(); return true;
        case Value::UINT64: bits = value.getUint64(); return true;
        case Value::FLOAT32: bits = bits_of(value.getFloat32()); return true;
        case Value::FLOAT64: bits = bits_of(value.getFloat64()); return true;
        default: return false;
    }
}

class Maker {
  public:
    explicit Maker(std::shared_ptr<const void> keep) : keep_(std::move(keep)) {}

    // A type may hold lists of itself: it is known before its fields are looked at.
    py::object make(capnp::StructSchema schema) {
        for (const auto& [known, type] : made_)
            if (known == schema) return type;
        constexpr std::size_t kMostTypes = 1000;
        if (made_.size() == kMostTypes)
            throw SchemaError("a generic struct goes on without end in its own fields");
        const py::object box = make_box<StructType>();
        made_.emplace_back(schema, box);
        auto& type = unbox<StructType>(box.ptr());
        type.schema = schema;
        type.keep = keep_;
        type.name = core::schema::short_name(schema.getProto());
        type.id = schema.getProto().getId();
        type.enclosed = py::dict();
        if (!schema.getProto().getStruct().getIsGroup()) names()[type.id] = type.name;
        for (const auto field : schema.getFields()) add_field(type, field);
        return box;
    }

  private:
    void add_field(StructType& type, capnp::StructSchema::Field schema) {
        Field field{.schema = schema, .name = schema.getProto().getName().cStr()};
        const auto proto = schema.getProto();
        const capnp::Type value = schema.getType();
        field.kind = value.which();
        field.of_union = proto.getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT;
        field.reference = is_reference(value);
        if (field.reference) {
            field.reference_to = target_of(value);
        } else if (value.isStruct()) {
            field.nested = make(value.asStruct());
        } else if (value.isList()) {
            capnp::Type element = value.asList().getElementType();
            while (element.isList()) element = element.asList().getElementType();
            if (element.isStruct() && !is_reference(element))
                field.nested = make(element.asStruct());
        } else if (proto.isSlot()) {
            field.offset = proto.getSlot().getOffset();
            field.number = number_bits(proto.getSlot().getDefaultValue(), field.default_bits);
        }
        type.index[py::str(field.name)] = type.fields.size();
        type.fields.push_back(std::move(field));
    }

    std::shared_ptr<const void> keep_;
    std::vector<std::pair<capnp::StructSchema, py::object>> made_;
};

py::object repr(PyObject* self) {
    const auto& type = unbox<StructType>(self);
    return py::str(fmt::format("<vitrine struct {} {}>", type.name, core::schema::hex_id(type.id)));
}

py::object fields_of(PyObject* self) {
    py::dict fields;
    for (const Field& field : unbox<StructType>(self).fields)
        fields[py::str(field.name)] =
            field.schema.getProto().isGroup() ? "group" : type_text(field.schema.getType());
    return fields;
}

py::object attribute(PyObject* self, PyObject* name) {
    PyObject* const found = PyDict_GetItemWithError(unbox<StructType>(self).enclosed.ptr(), name);
    if (found != nullptr) return borrow(found);
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
    return take(PyObject_GenericGetAttr(self, name));
}

// A struct may hold lists of itself.
int traverse(PyObject* self, visitproc visit, void* arg) {
    const auto& type = unbox<StructType>(self);
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(type.enclosed.ptr());
    for (const Field& field : type.fields) Py_VISIT(field.nested.ptr());
    return 0;
}

int clear(PyObject* self) {
    auto& type = unbox<StructType>(self);
    type.enclosed = py::dict();
    for (Field& field : type.fields) field.nested = py::object();
    return 0;
}

PyGetSetDef kAttributes[] = {
    {"name",
     [](PyObject* self, void*) {
         return guarded([&] { return py::object(py::str(unbox<StructType>(self).name)); });
     },
     nullptr, "The struct's name in its schema file.", nullptr},
    {"id",
     [](PyObject* self, void*) {
         return guarded([&] { return py::object(py::int_(unbox<StructType>(self).id)); });
     },
     nullptr, "Cap'n Proto's id of the struct.", nullptr},
    {"nested",
     [](PyObject* self, void*) {
         return guarded(
             [&] { return take(PyDictProxy_New(unbox<StructType>(self).enclosed.ptr())); });
     },
     nullptr, "The types that are declared in it, by name.", nullptr},
    {"fields", [](PyObject* self, void*) { return guarded([&] { return fields_of(self); }); },
     nullptr, "The fields' names, and their types as text.", nullptr},
    {},
};

}  // namespace

const Field* StructType::find(PyObject* field_name) const {
    PyObject* const place = PyDict_GetItemWithError(index.ptr(), field_name);
    if (place == nullptr) {
        if (PyErr_Occurred() != nullptr) throw py::error_already_set();
        return nullptr;
    }
    return &fields[PyLong_AsSize_t(place)];
}

const Field& StructType::field(PyObject* field_name) const {
    if (const Field* found = find(field_name)) return *found;
    throw TypeError(fmt::format("{} has no field {}", name,
                                py::cast<std::string>(py::repr(borrow(field_name)))));
}

std::string type_name(core::TypeId id) {
    const auto found = names().find(id);
    return found == names().end() ? core::schema::hex_id(id) : found->second;
}

py::object make_struct_type(capnp::StructSchema schema, std::shared_ptr<const void> keep) {
    return Maker(std::move(keep)).make(schema);
}

void add_struct_type(py::module_& module) {
    static PyType_Slot slots[] = {
        slot(
            Py_tp_dealloc,
            +[](PyObject* self) {
                PyObject_GC_UnTrack(self);
                drop_box<StructType>(self);
            }),
        slot(Py_tp_traverse, traverse),
        slot(Py_tp_clear, clear),
        slot(
            Py_tp_repr, +[](PyObject* self) { return guarded([&] { return repr(self); }); }),
        slot(
            Py_tp_getattro,
            +[](PyObject* self, PyObject* name) {
                return guarded([&] { return attribute(self, name); });
            }),
        {Py_tp_getset, kAttributes},
        {Py_tp_doc,
         const_cast<char*>("A struct of a schema: what objects are made of. Types that are "
                           "declared in it are its attributes.")},
        {},
    };
    box_type<StructType> =
        add_box_type<StructType>(module, "vitrine.StructType", slots,
                                 Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_GC);
}

}  // namespace vitrine::python
