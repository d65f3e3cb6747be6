#pragma once

#include <string>

#include <capnp/dynamic.h>

#include "bindings/python/src/struct_type.hpp"

namespace vitrine::python {

/// Fills structs from Python: dicts by the names of fields, sequences, numbers, texts, Refs, and other
/// structs, which are copied. One for each call: it remembers where it is, for messages.
/// Throws: TypeError, UsageError ("Book.authors[2].name: expected a str, not int").
class ValueWriter {
  public:
    explicit ValueWriter(const StructType& type) : path_(type.name) {}

    /// `values`: a dict, an Object or an editor.
    void fill(capnp::DynamicStruct::Builder record, const StructType& type, py::handle values);
    void field(capnp::DynamicStruct::Builder record, const Field& field, py::handle value);
    /// The same over what is there already: a value that does not fit leaves the field as it was, and
    /// may be a part of what it replaces.
    void replace(capnp::DynamicStruct::Builder record, const Field& field, py::handle value);
    void replace(capnp::DynamicList::Builder list, unsigned index, py::handle value);

  private:
    class Step;
    template <class Slot>
    void value(py::handle value, capnp::Type type, const StructType* nested, Slot slot);
    template <class Slot>
    void list(py::handle values, capnp::Type element, const StructType* nested, Slot slot);
    template <class Slot>
    void structure(py::handle values, capnp::Type type, const StructType* nested, Slot slot);
    void reference(py::handle value, capnp::DynamicStruct::Builder record);
    void named(capnp::DynamicStruct::Builder record, const StructType& type, py::handle dict);
    bool copy(capnp::DynamicStruct::Reader from, const StructType& type,
              capnp::DynamicStruct::Builder record);
    [[noreturn]] void refuse(const std::string& what) const;

    std::string path_;
};

}  // namespace vitrine::python
