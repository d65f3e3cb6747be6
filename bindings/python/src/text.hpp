#pragma once

#include <string_view>

#include "bindings/python/src/python.hpp"

namespace vitrine::python {

// Texts that are stored need not be UTF-8: whoever wrote them in C++ may have had other bytes. Those
// come as lone surrogates ("surrogateescape"), and go back as the same bytes.

inline PyObject* new_text(std::string_view text) {
    return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()),
                                "surrogateescape");
}

/// The bytes of a str, borrowed from it or from `keep`. Requires: it is a str.
inline std::string_view text_in(PyObject* text, py::object& keep) {
    Py_ssize_t size = 0;
    if (const char* bytes = PyUnicode_AsUTF8AndSize(text, &size))
        return {bytes, static_cast<std::size_t>(size)};
    PyErr_Clear();
    keep = take(PyUnicode_AsEncodedString(text, "utf-8", "surrogateescape"));
    return {PyBytes_AS_STRING(keep.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(keep.ptr()))};
}

}  // namespace vitrine::python
