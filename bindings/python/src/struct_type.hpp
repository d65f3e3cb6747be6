#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <capnp/schema.h>

#include "bindings/python/src/box.hpp"
#include "core/ids.hpp"

namespace vitrine::python {

/// A field of a struct, worked out once.
struct Field {
    capnp::StructSchema::Field schema;
    std::string name;
    capnp::schema::Type::Which kind{};
    /// Of numbers and booleans that lie in the struct's data section (no group): where, in units of
    /// their own size, and the default that their bits are combined with.
    bool number = false;
    bool of_union = false;
    unsigned offset = 0;
    std::uint64_t default_bits = 0;
    core::TypeId reference_to = 0;  ///< of a Ref: its target's type; 0: any, or no Ref
    bool reference = false;         ///< Vitrine.Ref or Vitrine.TreeRef
    py::object nested{};  ///< the StructType of a struct, group or list of structs; or none
};

/// A Cap'n Proto struct as Python sees it: `library.Book`. Immutable; used with the GIL only.
struct StructType {
    capnp::StructSchema schema{};
    std::shared_ptr<const void> keep{};  ///< what the schema is part of
    std::string name{};                  ///< "Book", "Outer.Inner"
    core::TypeId id = 0;
    std::vector<Field> fields{};
    py::dict index{};                  ///< name -> place in `fields`
    py::object enclosed = py::none();  ///< the types that are declared in it, by name

    /// Null when there is no such field. Throws: what Python throws (an unhashable name).
    [[nodiscard]] const Field* find(PyObject* field_name) const;
    /// Throws: TypeError naming the type and the field.
    [[nodiscard]] const Field& field(PyObject* field_name) const;
};

/// A StructType box. Nested types are made with it. Throws: SchemaError.
py::object make_struct_type(capnp::StructSchema schema, std::shared_ptr<const void> keep);

/// The name of a type as far as this process met it; else its id in hex.
std::string type_name(core::TypeId id);

/// "List(UInt32)", "Ref(Author)", "Text".
std::string type_text(capnp::Type type);
/// Of a field's type that is Ref(T): T's id; 0 when that is not said.
core::TypeId target_of(capnp::Type reference);
bool is_reference(capnp::Type type);

void add_struct_type(py::module_& module);

}  // namespace vitrine::python
