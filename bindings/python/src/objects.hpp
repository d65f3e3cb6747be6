#pragma once

#include "bindings/python/src/states.hpp"
#include "bindings/python/src/struct_type.hpp"
#include "bindings/python/src/tree.hpp"
#include "btree/trees.hpp"

namespace vitrine::python {

// Objects by reference, as a snapshot and as a transaction shows them.

/// An Object, or a Tree when the reference is to one; null when absent.
/// Throws: TypeError when it is of another type than the reference says.
py::object find_object(const std::shared_ptr<SnapshotState>& snapshot, py::handle reference);
py::object find_object(const std::shared_ptr<TransactionState>& transaction, py::handle reference);

/// The reference that a name stands for: a Ref or TreeRef; null when there is none.
py::object reference_of(const btree::Root& root);

/// Throws: TypeError naming both types, unless the reference says the same or nothing.
void require_type(core::schema::Registry& registry, py::handle reference, core::TypeId stored);

/// A StructType. Throws: TypeError for anything else.
const StructType& struct_type(py::handle type);

/// UTC, to the microsecond.
py::object to_datetime(core::Time time);

}  // namespace vitrine::python
