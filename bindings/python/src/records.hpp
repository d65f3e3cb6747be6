#pragma once

#include <string>
#include <vector>

#include <vitrine/any_ref.hpp>
#include <vitrine/version.hpp>

#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/text.hpp"

namespace vitrine::python {

/// A class of vitrine/records.py: what reports are made of.
inline py::object record_class(const char* name) {
    return py::module_::import("vitrine.records").attr(name);
}

inline py::object to_python(AnyRef ref) { return ref ? make_ref(core::to_id(ref), 0) : py::none(); }
inline py::object to_python(Version version) { return py::int_(version.value()); }
inline py::object to_python(const std::string& text) { return take(new_text(text)); }

/// Each value as `make` gives it.
template <class T, class F>
py::list to_list(const std::vector<T>& values, F&& make) {
    py::list list;
    for (const T& value : values) list.append(make(value));
    return list;
}

}  // namespace vitrine::python
