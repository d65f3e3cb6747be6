#pragma once

#include <string>

#include "bindings/python/src/box.hpp"
#include "core/ids.hpp"

namespace vitrine::python {

/// `vitrine.Ref`: a stored reference to an object. Equal, hashed and pickled by what it refers to.
struct RefValue {
    core::ObjectId id{};
    core::TypeId type = 0;  ///< of what it should refer to; 0: not known
};

/// `vitrine.TreeRef`: the same to a tree.
struct TreeRefValue {
    core::ObjectId id{};
    std::string kind;  ///< "string -> i64"; empty: not known
};

inline py::object make_ref(core::ObjectId id, core::TypeId type) {
    return make_box<RefValue>(id, type);
}

/// The id of a Ref or TreeRef; of None, none. Throws: TypeError naming `what` for other objects.
core::ObjectId id_of(py::handle reference, const char* what);

void add_ref_types(py::module_& module);

}  // namespace vitrine::python
