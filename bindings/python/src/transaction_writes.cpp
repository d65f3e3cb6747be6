#include <fmt/format.h>

#include <vitrine/detail/snapshot_handle.hpp>

#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/struct_editor.hpp"
#include "bindings/python/src/transaction.hpp"
#include "bindings/python/src/write_value.hpp"
#include "btree/node_types.hpp"

namespace vitrine::python {
namespace {

py::object create(const PyTransaction& self, const py::object& type, const py::object& values,
                  const py::kwargs& fields) {
    mvcc::Transaction& machine = self.machine();
    const StructType& made = struct_type(type);
    const TransactionState::InUse in_use(*self.state());
    self.state()->context->use(self.state()->registry(), type);
    const auto [id, message] = machine.create(made.id);
    try {
        const auto record = message.initRoot<capnp::DynamicStruct>(made.schema);
        ValueWriter writer(made);
        if (!values.is_none()) writer.fill(record, made, values);
        writer.fill(record, made, fields);
    } catch (...) {
        machine.erase(id);
        self.state()->note_erased(id);
        throw;
    }
    return make_ref(id, made.id);
}

py::object edit(const PyTransaction& self, const py::object& what) {
    mvcc::Transaction& machine = self.machine();
    const auto* view = find_in_box<StructView>(what);
    const py::object reference = view != nullptr && view->id ? make_ref(view->id, 0) : what;
    const core::ObjectId id = require_id(reference);
    const TransactionState::InUse in_use(*self.state());
    const auto found = without_gil([&](NoGil&) { return machine.find(id); });
    if (!found) detail::throw_no_object(core::to_ref(id));
    require_type(self.state()->registry(), reference, found->type);
    if (found->type == btree::kTreeHeaderType || btree::is_part_of_tree(found->type))
        throw TypeError(fmt::format("object #{} is a tree: use tx[ref] or tx.tree(ref)", id.value));
    const py::object type = self.state()->context->type_of(self.state()->registry(), found->type);
    return make_editor(self.state(), id, machine.edit(id), type);
}

void erase(const PyTransaction& self, const py::object& reference) {
    mvcc::Transaction& machine = self.machine();
    self.state()->require_idle();
    const core::ObjectId id = require_id(reference);
    self.state()->note_erased(id);
    without_gil([&](NoGil&) { btree::erase(machine, id); });
}

void set_root(const PyTransaction& self, const std::string& name, const py::object& reference) {
    mvcc::Transaction& machine = self.machine();
    const core::ObjectId id = require_id(reference);
    without_gil([&](NoGil&) { btree::set_root(machine, name, id); });
}

}  // namespace

void add_writing(TransactionClass& transaction) {
    transaction
        .def("create", create, py::arg("type"), py::arg("values") = py::none(), py::pos_only(),
             "create(type, values=None, **fields): makes an object and returns its Ref. `values` "
             "is a "
             "dict of fields, or another object to copy.")
        .def("edit", edit, py::arg("what"),
             "An editor of the object: assigning to its attributes changes it at the commit.")
        .def("erase", erase, py::arg("ref"), "Erases an object, or a tree with all that is in it.")
        .def("set_root", set_root, py::arg("name"), py::arg("ref"),
             "Gives a name to an object or tree. What should stay is reached from one.")
        .def(
            "erase_root",
            [](const PyTransaction& self, const std::string& name) {
                btree::erase_root(self.machine(), name);
            },
            py::arg("name"), "Takes a name away.");
}

}  // namespace vitrine::python
