#pragma once

#include <vitrine/error.hpp>

#include "bindings/python/src/python.hpp"

namespace vitrine::python {

/// Makes the exception that is being handled Python's current error: the one table between the
/// exceptions of C++ and those of vitrine/errors.py. Requires: inside a catch block; the GIL.
void raise_current() noexcept;

/// Calls fn for a slot of a Python type; `failed` when it threw.
template <class F, class R>
R guarded(R failed, F&& fn) noexcept {
    try {
        return fn();
    } catch (...) {
        raise_current();
        return failed;
    }
}
template <class F>
PyObject* guarded(F&& fn) noexcept {
    try {
        return fn().release().ptr();
    } catch (...) {
        raise_current();
        return nullptr;
    }
}

/// Lets functions of pybind11 throw what C++ throws.
void translate_errors();

}  // namespace vitrine::python
