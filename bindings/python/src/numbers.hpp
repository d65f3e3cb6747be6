#pragma once

#include <fmt/format.h>

#include <vitrine/detail/number.hpp>
#include <vitrine/error.hpp>

#include "bindings/python/src/python.hpp"

namespace vitrine::python {

/// "int", "numpy.float64": what messages call the type of an object.
inline const char* type_name_of(py::handle object) { return Py_TYPE(object.ptr())->tp_name; }

/// Throws: TypeError unless it is an integer of any kind, UsageError when it does not fit into T.
template <class T>
T to_integer(py::handle object) {
    py::object index;
    PyObject* number = object.ptr();
    if (!PyLong_Check(number)) {
        if (PyIndex_Check(number) == 0)
            throw TypeError(fmt::format("expected an int, not {}", type_name_of(object)));
        index = take(PyNumber_Index(number));
        number = index.ptr();
    }
    int overflow = 0;
    const long long small = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (overflow == 0) return detail::to_integer<T>(small);
    if (overflow > 0) {
        const unsigned long long large = PyLong_AsUnsignedLongLong(number);
        if (PyErr_Occurred() == nullptr) return detail::to_integer<T>(large);
        PyErr_Clear();
    }
    throw UsageError(fmt::format("the integer {} does not fit into {}",
                                 py::cast<std::string>(py::str(borrow(number))),
                                 detail::name_of_number<T>()));
}

/// Throws: TypeError unless it is a number, UsageError for an int that a double cannot hold exactly.
inline double to_real(py::handle object) {
    PyObject* const number = object.ptr();
    if (PyFloat_Check(number)) return PyFloat_AS_DOUBLE(number);
    if (PyLong_Check(number)) return detail::to_double(to_integer<long long>(object));
    const auto* const methods = Py_TYPE(number)->tp_as_number;
    if (methods == nullptr || (methods->nb_float == nullptr && methods->nb_index == nullptr))
        throw TypeError(fmt::format("expected a float, not {}", type_name_of(object)));
    const double value = PyFloat_AsDouble(number);
    if (value == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
    return value;
}

}  // namespace vitrine::python
