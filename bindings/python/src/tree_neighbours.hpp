#pragma once

#include "bindings/python/src/tree.hpp"

namespace vitrine::python {

// Methods of a Tree. Single entries come as pairs; None when there is none.
py::object first(PyObject* self);
py::object last(PyObject* self);
py::object floor_of(PyObject* self, PyObject* key);
py::object ceiling_of(PyObject* self, PyObject* key);

// Parts come as boxes of the same type.
py::object prefix_of(PyObject* self, PyObject* start);
py::object turned(PyObject* self);
py::object partitions(PyObject* self, PyObject* number);

}  // namespace vitrine::python
