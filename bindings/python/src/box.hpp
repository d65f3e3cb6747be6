#pragma once

#include <new>
#include <span>
#include <utility>

#include "bindings/python/src/errors.hpp"

namespace vitrine::python {

// Python types made by hand, without pybind11: for what loops go over. A call through pybind11 costs
// about 200 ns, through these 30.

/// A Python object around a C++ value.
template <class T>
struct Box {
    PyObject_HEAD T value;
};

/// The Python type of boxes of T, while the module lives; set by add_box_type().
template <class T>
inline PyTypeObject* box_type = nullptr;

template <class T, class... A>
py::object make_box_as(PyTypeObject* type, A&&... arguments) {
    PyObject* const self = type->tp_alloc(type, 0);
    if (self == nullptr) throw py::error_already_set();
    try {
        new (&reinterpret_cast<Box<T>*>(self)->value) T{std::forward<A>(arguments)...};
    } catch (...) {
        type->tp_free(self);
        Py_DECREF(type);
        throw;
    }
    return py::reinterpret_steal<py::object>(self);
}
template <class T, class... A>
py::object make_box(A&&... arguments) {
    return make_box_as<T>(box_type<T>, std::forward<A>(arguments)...);
}

/// Requires: it is one.
template <class T>
T& unbox(PyObject* self) {
    return reinterpret_cast<Box<T>*>(self)->value;
}
/// Null when it is another object.
template <class T>
T* find_in_box(PyObject* object) {
    return PyObject_TypeCheck(object, box_type<T>) ? &unbox<T>(object) : nullptr;
}
template <class T>
T* find_in_box(py::handle object) {
    return find_in_box<T>(object.ptr());
}

template <class T>
void drop_box(PyObject* self) {
    PyTypeObject* const type = Py_TYPE(self);
    unbox<T>(self).~T();
    type->tp_free(self);
    Py_DECREF(type);
}

/// Makes the type `vitrine.<name>` and puts it into the module.
template <class T>
PyTypeObject* add_box_type(py::module_& module, const char* full_name, PyType_Slot* slots,
                           unsigned long flags = Py_TPFLAGS_DISALLOW_INSTANTIATION,
                           PyTypeObject* base = nullptr) {
    PyType_Spec spec{full_name, sizeof(Box<T>), 0,
                     static_cast<unsigned>(Py_TPFLAGS_DEFAULT | flags), slots};
    const py::object bases =
        base == nullptr ? py::object() : py::make_tuple(borrow(reinterpret_cast<PyObject*>(base)));
    const py::object type = take(PyType_FromSpecWithBases(&spec, bases.ptr()));
    module.add_object(std::strrchr(full_name, '.') + 1, type);
    return reinterpret_cast<PyTypeObject*>(type.inc_ref().ptr());
}

/// Adds methods to a type that is there already. Lifetime: of `methods`: the module's.
inline void add_methods(PyTypeObject* type, std::span<PyMethodDef> methods) {
    auto* const object = reinterpret_cast<PyObject*>(type);
    for (PyMethodDef& method : methods) {
        const py::object descriptor = take(PyDescr_NewMethod(type, &method));
        if (PyObject_SetAttrString(object, method.ml_name, descriptor.ptr()) < 0)
            throw py::error_already_set();
    }
}

/// A function pointer as a slot wants it.
template <class F>
PyType_Slot slot(int id, F* function) {
    return {id, reinterpret_cast<void*>(function)};
}

}  // namespace vitrine::python
