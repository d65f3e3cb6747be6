#include "bindings/python/src/ref.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "bindings/python/src/struct_type.hpp"

namespace vitrine::python {
namespace {

py::object repr(const RefValue& ref) {
    return py::str(ref.type == 0 ? fmt::format("<Ref #{}>", ref.id.value)
                                 : fmt::format("<Ref {} #{}>", type_name(ref.type), ref.id.value));
}
py::object repr(const TreeRefValue& ref) {
    return py::str(
        fmt::format("<TreeRef {}#{}>", ref.kind.empty() ? "" : ref.kind + " ", ref.id.value));
}

// vitrine.Ref(17, type id): what pickle calls, and who keeps ids elsewhere.
PyObject* make_new_ref(PyTypeObject* type, PyObject* arguments, PyObject* names) {
    return guarded([&] {
        static const char* keywords[] = {"id", "type", nullptr};
        unsigned long long id = 0;
        unsigned long long of = 0;
        if (PyArg_ParseTupleAndKeywords(arguments, names, "K|K", const_cast<char**>(keywords), &id,
                                        &of) == 0)
            throw py::error_already_set();
        if (id == 0 || id > core::kMaxObjectId)
            throw UsageError(fmt::format("{} is no id of an object", id));
        return make_box_as<RefValue>(type, core::ObjectId{id}, of);
    });
}

PyObject* make_new_tree_ref(PyTypeObject* type, PyObject* arguments, PyObject* names) {
    return guarded([&] {
        static const char* keywords[] = {"id", "kind", nullptr};
        unsigned long long id = 0;
        const char* kind = "";
        if (PyArg_ParseTupleAndKeywords(arguments, names, "K|s", const_cast<char**>(keywords), &id,
                                        &kind) == 0)
            throw py::error_already_set();
        if (id == 0 || id > core::kMaxObjectId)
            throw UsageError(fmt::format("{} is no id of a tree", id));
        return make_box_as<TreeRefValue>(type, core::ObjectId{id}, std::string(kind));
    });
}

py::object parts(const RefValue& ref) { return py::make_tuple(ref.id.value, ref.type); }
py::object parts(const TreeRefValue& ref) { return py::make_tuple(ref.id.value, ref.kind); }

template <class T>
PyObject* compare(PyObject* a, PyObject* b, int operation) {
    const T* other = find_in_box<T>(b);
    if (other == nullptr || (operation != Py_EQ && operation != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
    const bool same = unbox<T>(a).id == other->id;
    return PyBool_FromLong(same == (operation == Py_EQ) ? 1 : 0);
}

template <class T>
void add(py::module_& module, const char* name, newfunc make, PyMethodDef* methods,
         PyGetSetDef* attributes, const char* doc) {
    PyType_Slot slots[] = {
        slot(Py_tp_dealloc, drop_box<T>),
        slot(Py_tp_new, make),
        slot(
            Py_tp_repr,
            +[](PyObject* self) { return guarded([&] { return repr(unbox<T>(self)); }); }),
        slot(
            Py_tp_hash,
            +[](PyObject* self) {
                return static_cast<Py_hash_t>(std::hash<core::ObjectId>{}(unbox<T>(self).id) >> 1);
            }),
        slot(Py_tp_richcompare, compare<T>),
        {Py_tp_methods, methods},
        {Py_tp_getset, attributes},
        {Py_tp_doc, const_cast<char*>(doc)},
        {},
    };
    box_type<T> = add_box_type<T>(module, name, slots, 0);
}

template <class T>
PyObject* get_id(PyObject* self, void*) {
    return PyLong_FromUnsignedLongLong(unbox<T>(self).id.value);
}
template <class T>
PyObject* reduce(PyObject* self, PyObject*) {
    return guarded([&] {
        return py::object(py::make_tuple(borrow(reinterpret_cast<PyObject*>(Py_TYPE(self))),
                                         parts(unbox<T>(self))));
    });
}

PyMethodDef ref_methods[] = {
    {"__reduce__", reduce<RefValue>, METH_NOARGS, nullptr},
    {"__class_getitem__",
     [](PyObject*, PyObject* target) {
         return guarded(
             [&] { return py::module_::import("vitrine.kinds").attr("ref_kind")(borrow(target)); });
     },
     METH_O | METH_CLASS, "Ref[Book]: the kind of values that are references to a Book."},
    {},
};
PyMethodDef tree_ref_methods[] = {
    {"__reduce__", reduce<TreeRefValue>, METH_NOARGS, nullptr},
    {"__class_getitem__",
     [](PyObject*, PyObject* kinds) {
         return guarded(
             [&] { return py::module_::import("vitrine.kinds").attr("tree_kind")(borrow(kinds)); });
     },
     METH_O | METH_CLASS, "TreeRef[str, int]: the kind of values that are such trees."},
    {},
};
PyGetSetDef ref_attributes[] = {
    {"id", get_id<RefValue>, nullptr, "The object's number.", nullptr},
    {"type",
     [](PyObject* self, void*) { return PyLong_FromUnsignedLongLong(unbox<RefValue>(self).type); },
     nullptr, "The id of its struct; 0 when that is not known.", nullptr},
    {},
};
PyGetSetDef tree_ref_attributes[] = {
    {"id", get_id<TreeRefValue>, nullptr, "The tree's number.", nullptr},
    {"kind",
     [](PyObject* self, void*) {
         return guarded([&] { return py::object(py::str(unbox<TreeRefValue>(self).kind)); });
     },
     nullptr, "Its kinds: \"string -> i64\"; empty when that is not known.", nullptr},
    {},
};

}  // namespace

core::ObjectId id_of(py::handle reference, const char* what) {
    if (reference.is_none()) return {};
    if (const auto* ref = find_in_box<RefValue>(reference)) return ref->id;
    if (const auto* ref = find_in_box<TreeRefValue>(reference)) return ref->id;
    throw TypeError(
        fmt::format("{} is a Ref, not {}", what, py::cast<std::string>(py::repr(reference))));
}

void add_ref_types(py::module_& module) {
    add<RefValue>(module, "vitrine.Ref", make_new_ref, ref_methods, ref_attributes,
                  "Ref(id, type=0): a stored reference to an object. A value: it owns nothing, is "
                  "equal to and hashed as every other one to that object, and can be pickled.");
    add<TreeRefValue>(module, "vitrine.TreeRef", make_new_tree_ref, tree_ref_methods,
                      tree_ref_attributes,
                      "TreeRef(id, kind=''): a stored reference to a tree. A value, like Ref.");
}

}  // namespace vitrine::python
