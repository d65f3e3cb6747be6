#include <fmt/format.h>

#include <vitrine/detail/snapshot_handle.hpp>

#include "bindings/cpp/src/roots.hpp"
#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/store.hpp"
#include "btree/trees.hpp"

namespace vitrine::python {
namespace {

btree::Root root_of(const SnapshotState& state, const std::string& name) {
    const auto root = without_gil([&](NoGil&) { return btree::find_root(state.snapshot, name); });
    if (!root) detail::throw_no_root(name);
    return *root;
}

// By reference, or by the name of a root.
py::object find(const PySnapshot& self, const py::object& what) {
    const auto& state = self.state();
    if (!py::isinstance<py::str>(what)) return find_object(state, what);
    const auto root = without_gil([&, name = py::cast<std::string>(what)](NoGil&) {
        return btree::find_root(state->snapshot, name);
    });
    return root ? find_object(state, reference_of(*root)) : py::object();
}

py::object get(const PySnapshot& self, const py::object& what, const py::object& otherwise) {
    const py::object found = find(self, what);
    return found ? found : otherwise;
}

py::object item(const PySnapshot& self, const py::object& what) {
    const py::object found = find(self, what);
    if (found) return found;
    if (py::isinstance<py::str>(what)) detail::throw_no_root(py::cast<std::string>(what));
    detail::throw_no_object(core::to_ref(id_of(what, "what is looked up")));
}

py::object tree(const PySnapshot& self, const py::object& what,
                const std::optional<std::string>& key, const std::optional<std::string>& value) {
    const auto& state = self.state();
    core::ObjectId id;
    std::optional<btree::TreeKind> kind;
    if (py::isinstance<py::str>(what)) {
        const auto name = py::cast<std::string>(what);
        const btree::Root root = root_of(*state, name);
        if (!root.tree)
            throw TypeError(fmt::format("the root \"{}\" is a {}, no tree", name,
                                        detail::describe_root(state->snapshot.store(), root)));
        id = root.id;
        kind = root.tree;
    } else {
        id = id_of(what, "a tree");
        if (!id) detail::throw_no_object({});
        kind = without_gil([&](NoGil&) { return btree::kind_of(state->snapshot, id); });
    }
    if (key && value) kind = make_kind(*key, *value);  // open_tree refuses another one
    return open_snapshot_tree(state, id, kind.value_or(btree::TreeKind{}));
}

py::dict roots(const PySnapshot& self) {
    const auto& state = self.state();
    const auto found = without_gil([&](NoGil&) { return btree::roots(state->snapshot); });
    py::dict names;
    for (const auto& [name, root] : found)
        names[py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
            name.data(), static_cast<Py_ssize_t>(name.size()), "surrogateescape"))] =
            reference_of(root);
    return names;
}

std::string repr(const PySnapshot& self) {
    if (self.closed()) return "<vitrine.Snapshot, closed>";
    return fmt::format("<vitrine.Snapshot version {} of '{}'>",
                       self.state()->snapshot.version().value(), self.state()->context->path());
}

}  // namespace

const std::shared_ptr<SnapshotState>& PySnapshot::state() const {
    if (!state_) throw UsageError("this snapshot was closed");
    return state_;
}

void add_snapshot(py::module_& module) {
    py::class_<PySnapshot> snapshot(
        module, "Snapshot",
        "The whole store as of one commit. It never changes; any number of threads may read it, "
        "for "
        "as long as they like. It keeps the file open until it is closed or forgotten, with all "
        "trees of it.");
    snapshot.attr("__module__") = "vitrine";
    snapshot
        .def_property_readonly(
            "version",
            [](const PySnapshot& self) { return self.state()->snapshot.version().value(); },
            "The number of its commit.")
        .def_property_readonly(
            "time",
            [](const PySnapshot& self) { return to_datetime(self.state()->snapshot.time()); },
            "When that commit was made.")
        .def("get", get, py::arg("what"), py::arg("default") = py::none(),
             "An object by its Ref, a tree by its TreeRef, either by the name of its root; the "
             "default when it is not there.")
        .def("__getitem__", item)
        .def("__contains__",
             [](const PySnapshot& self, const py::object& what) {
                 return static_cast<bool>(find(self, what));
             })
        .def(
            "root",
            [](const PySnapshot& self, const std::string& name) {
                return reference_of(root_of(*self.state(), name));
            },
            py::arg("name"), "The reference that a root stands for.")
        .def("roots", roots, "All roots: their names, and what they refer to.")
        .def("_tree", tree)
        .def("close", &PySnapshot::close, "Lets go of it. Objects and trees read from it stay.")
        .def("__enter__", [](const py::object& self) { return self; })
        .def("__exit__", [](PySnapshot& self, const py::args&) { self.close(); })
        .def("__repr__", repr);
}

}  // namespace vitrine::python
