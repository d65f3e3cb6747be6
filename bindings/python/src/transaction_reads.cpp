#include <fmt/format.h>

#include <vitrine/detail/snapshot_handle.hpp>

#include "bindings/cpp/src/roots.hpp"
#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/transaction.hpp"

namespace vitrine::python {

core::ObjectId require_id(py::handle reference) {
    const core::ObjectId id = id_of(reference, "what is looked up");
    if (!id) detail::throw_no_object({});
    return id;
}

std::optional<btree::Root> find_root(const PyTransaction& self, const std::string& name) {
    mvcc::Transaction& machine = self.machine();
    return without_gil([&](NoGil&) { return btree::find_root(machine, name); });
}

namespace {

py::object find(const PyTransaction& self, const py::object& what) {
    if (!py::isinstance<py::str>(what)) return find_object(self.state(), what);
    const auto root = find_root(self, py::cast<std::string>(what));
    return root ? find_object(self.state(), reference_of(*root)) : py::object();
}

py::object get(const PyTransaction& self, const py::object& what, const py::object& otherwise) {
    const py::object found = find(self, what);
    return found ? found : otherwise;
}

py::object item(const PyTransaction& self, const py::object& what) {
    const py::object found = find(self, what);
    if (found) return found;
    if (py::isinstance<py::str>(what)) detail::throw_no_root(py::cast<std::string>(what));
    detail::throw_no_object(core::to_ref(require_id(what)));
}

py::object root(const PyTransaction& self, const std::string& name) {
    const auto found = find_root(self, name);
    if (!found) detail::throw_no_root(name);
    return reference_of(*found);
}

}  // namespace

void add_reading(TransactionClass& transaction) {
    transaction
        .def("get", get, py::arg("what"), py::arg("default") = py::none(),
             "An object by its Ref, a tree by its TreeRef, either by the name of its root, as the "
             "transaction sees it; the default when it is not there.")
        .def("__getitem__", item)
        .def("__contains__",
             [](const PyTransaction& self, const py::object& what) {
                 return static_cast<bool>(find(self, what));
             })
        .def("root", root, py::arg("name"), "The reference that a root stands for.")
        .def_property_readonly(
            "base",
            [](const PyTransaction& self) {
                return PySnapshot(self.state()->context, mvcc::Snapshot(self.machine().base()));
            },
            "The snapshot on which it began, while it runs. What is read through it is not "
            "validated.")
        .def_property_readonly(
            "active", [](const PyTransaction& self) { return self.state()->active(); },
            "Whether it runs still.")
        .def_property_readonly(
            "version",
            [](const PyTransaction& self) -> py::object {
                return self.version() ? py::object(py::int_(self.version()->value())) : py::none();
            },
            "The commit that it became; None before.");
}

}  // namespace vitrine::python
