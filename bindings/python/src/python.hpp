#pragma once

// Python.h comes before everything else, and pybind11 brings it.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace vitrine::python {

namespace py = pybind11;

/// A new reference from a call of Python's C API; its error when there is none.
inline py::object take(PyObject* fresh) {
    if (fresh == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(fresh);
}

inline py::object borrow(PyObject* object) { return py::reinterpret_borrow<py::object>(object); }

}  // namespace vitrine::python
