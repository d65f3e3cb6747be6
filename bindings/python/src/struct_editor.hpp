#pragma once

#include <memory>

#include <capnp/dynamic.h>

#include "bindings/python/src/states.hpp"
#include "bindings/python/src/struct_view.hpp"

namespace vitrine::python {

/// What builders stand on: they are used only while their transaction runs and has not rolled back or
/// erased the object.
struct EditGuard {
    std::shared_ptr<TransactionState> transaction;
    core::ObjectId id{};
    std::uint64_t stamp = 0;

    EditGuard(std::shared_ptr<TransactionState> of, core::ObjectId object)
        : transaction(std::move(of)), id(object), stamp(transaction->stamp_of(object)) {}
    /// Throws: UsageError.
    void require() const;
};

/// `vitrine.Editor`: an object in a transaction, or a struct in it, whose fields can be set.
struct StructEditor {
    py::object type;
    EditGuard guard;
    capnp::DynamicStruct::Builder builder{};
};

/// `vitrine.ListEditor`: a list in it. Its length is fixed: another list takes its place.
struct ListEditor {
    py::object element;
    EditGuard guard;
    capnp::DynamicList::Builder list{};
};

/// A box of an object that machine.edit() or create() gave.
py::object make_editor(const std::shared_ptr<TransactionState>& transaction, core::ObjectId id,
                       capnp::MessageBuilder& message, const py::object& type);
/// An immutable copy of what a builder says now.
py::object copy_of(capnp::MessageBuilder& message, const py::object& type, core::ObjectId id);

void add_struct_editor(py::module_& module);
void add_list_editor(py::module_& module);

}  // namespace vitrine::python
