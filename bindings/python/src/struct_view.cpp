#include "bindings/python/src/struct_view.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "bindings/python/src/ref.hpp"

namespace vitrine::python {
namespace {

const StructType& type_of(const StructView& view) { return unbox<StructType>(view.type.ptr()); }

// Fields of a struct that are read: all but the members of its union that are not active.
template <class F>
void each_field(const StructView& view, F&& use) {
    for (const Field& field : type_of(view).fields) {
        if (field.of_union) {
            bool active = false;
            KJ_IF_MAYBE (which, view.reader.which()) active = *which == field.schema;
            if (!active) continue;
        }
        if (field.kind != capnp::schema::Type::ANY_POINTER) use(field);
    }
}

py::object plain(const py::object& value) {
    if (find_in_box<StructView>(value) != nullptr) return to_dict(value.ptr());
    if (find_in_box<ListView>(value) != nullptr) return to_list(value.ptr());
    return value;
}

std::string short_repr(const py::object& value) {
    constexpr std::size_t kLongest = 60;
    std::string text = py::cast<std::string>(py::repr(value));
    if (text.size() <= kLongest) return text;
    std::size_t end = kLongest;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // no half characters
    return text.substr(0, end) + "…";
}

py::object repr(PyObject* self) {
    constexpr std::size_t kLongest = 200;
    const auto& view = unbox<StructView>(self);
    std::string text = "<" + type_of(view).name;
    if (view.id) text += fmt::format(" #{} v{}", view.id.value, view.version.value());
    bool cut = false;
    each_field(view, [&](const Field& field) {
        if (text.size() > kLongest) {
            cut = true;
            return;
        }
        text += " " + field.name + "=" + short_repr(read_field(self, view, field));
    });
    return py::str(text + (cut ? " …>" : ">"));
}

py::object attribute(PyObject* self, PyObject* name) {
    const auto& view = unbox<StructView>(self);
    if (const Field* field = type_of(view).find(name)) return read_field(self, view, *field);
    PyObject* const other = PyObject_GenericGetAttr(self, name);
    if (other != nullptr) return take(other);
    if (PyErr_ExceptionMatches(PyExc_AttributeError) == 0) throw py::error_already_set();
    PyErr_Clear();
    PyErr_Format(PyExc_AttributeError, "%s has no field '%U'", type_of(view).name.c_str(), name);
    throw py::error_already_set();
}

py::object item(PyObject* self, PyObject* name) {
    const auto& view = unbox<StructView>(self);
    return read_field(self, view, type_of(view).field(name));
}

PyObject* compare(PyObject* a, PyObject* b, int operation) {
    return guarded([&]() -> py::object {
        const auto* other = find_in_box<StructView>(b);
        if (other == nullptr || (operation != Py_EQ && operation != Py_NE))
            return borrow(Py_NotImplemented);
        const auto& mine = unbox<StructView>(a);
        const bool same =
            type_of(mine).id == type_of(*other).id &&
            capnp::AnyStruct::Reader(mine.reader) == capnp::AnyStruct::Reader(other->reader);
        return py::bool_(same == (operation == Py_EQ));
    });
}

py::object names(PyObject* self) {
    py::list found;
    for (const Field& field : type_of(unbox<StructView>(self)).fields)
        found.append(py::str(field.name));
    return found;
}

py::object directory(PyObject* self) {
    py::object found = names(self);
    for (const char* name : {"_ref", "_version", "_which", "_fields", "_type", "_asdict"})
        found.attr("append")(name);
    return found;
}

template <py::object (*kFunction)(PyObject*)>
PyObject* getter(PyObject* self, void*) {
    return guarded([&] { return kFunction(self); });
}
template <py::object (*kFunction)(PyObject*)>
PyObject* method(PyObject* self, PyObject*) {
    return guarded([&] { return kFunction(self); });
}

py::object get_ref(PyObject* self) {
    const auto& view = unbox<StructView>(self);
    return view.id ? make_ref(view.id, type_of(view).id) : py::none();
}
py::object get_version(PyObject* self) {
    const auto& view = unbox<StructView>(self);
    return view.id ? py::object(py::int_(view.version.value())) : py::none();
}
py::object get_which(PyObject* self) { return active_member(unbox<StructView>(self)); }
py::object get_fields(PyObject* self) { return py::tuple(names(self)); }
py::object get_type(PyObject* self) { return unbox<StructView>(self).type; }

PyGetSetDef attributes[] = {
    {"_ref", getter<get_ref>, nullptr, "The reference to this object; None for other structs.",
     nullptr},
    {"_version", getter<get_version>, nullptr, "The commit that wrote this object.", nullptr},
    {"_which", getter<get_which>, nullptr, "The name of the union's active member.", nullptr},
    {"_fields", getter<get_fields>, nullptr, "The names of its fields.", nullptr},
    {"_type", getter<get_type>, nullptr, "Its StructType.", nullptr},
    {},
};
PyMethodDef methods[] = {
    {"_asdict", method<to_dict>, METH_NOARGS,
     "All that it says as dicts, lists, numbers and texts."},
    {"__dir__", method<directory>, METH_NOARGS, nullptr},
    {},
};

}  // namespace

py::object to_dict(PyObject* self) {
    const auto& view = unbox<StructView>(self);
    py::dict result;
    each_field(view, [&](const Field& field) {
        result[py::str(field.name)] = plain(read_field(self, view, field));
    });
    return result;
}

py::object to_list(PyObject* self) {
    py::list result;
    for (const py::handle element : borrow(self)) result.append(plain(borrow(element.ptr())));
    return result;
}

py::object make_object(py::object type, core::Words words, btree::ValueHold hold, core::ObjectId id,
                       Version version) {
    const auto* payload = reinterpret_cast<const capnp::word*>(words.data());
    const auto reader =
        capnp::readMessageUnchecked<capnp::AnyPointer>(payload).getAs<capnp::DynamicStruct>(
            unbox<StructType>(type.ptr()).schema);
    return make_box<StructView>(std::move(type), py::object(), std::move(hold), id, version,
                                reader);
}

void add_struct_view(py::module_& module) {
    static PyType_Slot slots[] = {
        slot(Py_tp_dealloc, drop_box<StructView>),
        slot(
            Py_tp_repr, +[](PyObject* self) { return guarded([&] { return repr(self); }); }),
        slot(
            Py_tp_getattro,
            +[](PyObject* self, PyObject* name) {
                return guarded([&] { return attribute(self, name); });
            }),
        slot(
            Py_mp_subscript,
            +[](PyObject* self, PyObject* name) {
                return guarded([&] { return item(self, name); });
            }),
        slot(Py_tp_richcompare, compare),
        slot(Py_tp_hash, PyObject_HashNotImplemented),
        {Py_tp_getset, attributes},
        {Py_tp_methods, methods},
        {Py_tp_doc,
         const_cast<char*>(
             "A struct as of one commit: its fields are attributes (and items, for names "
             "that Python keeps for itself). Immutable; any thread may read it, for as "
             "long as it likes.")},
        {},
    };
    box_type<StructView> = add_box_type<StructView>(module, "vitrine.Object", slots);
}

}  // namespace vitrine::python
