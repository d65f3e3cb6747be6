#pragma once

#include <capnp/dynamic.h>

#include <vitrine/detail/cursor.hpp>
#include <vitrine/version.hpp>

#include "bindings/python/src/struct_type.hpp"

namespace vitrine::python {

/// `vitrine.Object` is an object as of one commit, or a struct in a tree; `vitrine.Struct` a struct
/// within one. Immutable: any number of threads may read the same one.
struct StructView {
    py::object type;          ///< a StructType
    py::object owner;         ///< of a nested one: whoever holds its bytes
    btree::ValueHold hold{};  ///< of a whole one: its bytes
    core::ObjectId id{};      ///< of an object
    Version version{};        ///< of an object: the commit that wrote it
    capnp::DynamicStruct::Reader reader{};
};

/// A List of a struct: a Sequence; of numbers also a buffer.
struct ListView {
    py::object owner;
    py::object element;  ///< the StructType of its elements, or none
    capnp::DynamicList::Reader list{};
};

/// A box of a whole struct. Requires: `words` are checked, held by `hold` and of that type.
py::object make_object(py::object type, core::Words words, btree::ValueHold hold,
                       core::ObjectId id = {}, Version version = {});

/// The value of a field or an element. `owner` holds its bytes; `nested` is the StructType of a struct
/// or of the structs of a list.
py::object to_python(const capnp::DynamicValue::Reader& value, capnp::Type type,
                     const py::object& owner, const py::object& nested);
/// A field by its name. Throws: TypeError, UsageError for a member of a union that is not the active
/// one.
py::object read_field(PyObject* self, const StructView& view, const Field& field);
/// The name of the active member of the struct's union; None when there is no union, its number when
/// a newer release set it.
py::object active_member(const StructView& view);
/// All that it says, as dicts, lists, numbers and texts.
py::object to_dict(PyObject* self);
py::object to_list(PyObject* self);

/// A number that lies in a data section: its bits, or those of the default.
std::uint64_t read_bits(const kj::byte* data, std::size_t size, const Field& field);

void add_struct_view(py::module_& module);
void add_list_view(py::module_& module);

}  // namespace vitrine::python
