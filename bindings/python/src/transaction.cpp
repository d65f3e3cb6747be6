#include <fmt/format.h>

#include <vitrine/detail/snapshot_handle.hpp>

#include "bindings/cpp/src/roots.hpp"
#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/store.hpp"
#include "bindings/python/src/struct_editor.hpp"
#include "bindings/python/src/write_value.hpp"
#include "btree/tree_edits.hpp"

namespace vitrine::python {
namespace {

/// `vitrine.Transaction`. Threads: the one that began it.
class PyTransaction {
  public:
    PyTransaction(const PyStore& store, TransactionOptions options, bool managed)
        : state_(std::make_shared<TransactionState>(store.context(), store.snapshot(),
                                                    std::move(options))),
          managed_(managed) {}

    [[nodiscard]] const std::shared_ptr<TransactionState>& state() const { return state_; }
    [[nodiscard]] mvcc::Transaction& machine() const { return state_->require(); }
    [[nodiscard]] bool managed() const { return managed_; }
    [[nodiscard]] const std::optional<Version>& version() const { return version_; }

    std::uint64_t finish() {
        version_ = state_->commit();
        return version_->value();
    }
    void abort() {
        state_->require_thread();
        state_->require_idle();
        state_->abort();
    }

  private:
    std::shared_ptr<TransactionState> state_;
    bool managed_;
    std::optional<Version> version_;
};

/// A point to go back to.
struct PySavepoint {
    std::weak_ptr<TransactionState> transaction;
    std::size_t mark;
};

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

core::ObjectId require_id(py::handle reference) {
    const core::ObjectId id = id_of(reference, "what is looked up");
    if (!id) detail::throw_no_object({});
    return id;
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

std::optional<btree::Root> find_root(const PyTransaction& self, const std::string& name) {
    mvcc::Transaction& machine = self.machine();
    return without_gil([&](NoGil&) { return btree::find_root(machine, name); });
}

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

void set_root(const PyTransaction& self, const std::string& name, const py::object& reference) {
    mvcc::Transaction& machine = self.machine();
    const core::ObjectId id = require_id(reference);
    without_gil([&](NoGil&) { btree::set_root(machine, name, id); });
}

// The kind that a program gives; its struct is checked.
std::optional<btree::TreeKind> given_kind(const PyTransaction& self,
                                          const std::optional<std::string>& key,
                                          const std::optional<std::string>& value,
                                          const py::object& structure) {
    if (!key || !value) return std::nullopt;
    btree::TreeKind kind = make_kind(*key, *value);
    if (!structure.is_none()) self.state()->context->use(self.state()->registry(), structure);
    return kind;
}

btree::TreeKind stored_kind(const PyTransaction& self, const std::string& name) {
    const auto found = find_root(self, name);
    if (!found)
        throw NotFoundError(
            fmt::format("there is no root \"{}\": to make a tree, say what its keys "
                        "and values are",
                        name));
    if (!found->tree)
        throw TypeError(fmt::format("the root \"{}\" is a {}, no tree", name,
                                    detail::describe_root(self.machine().store(), *found)));
    return *found->tree;
}

py::object tree(const PyTransaction& self, const py::object& what,
                const std::optional<std::string>& key, const std::optional<std::string>& value,
                const py::object& structure) {
    mvcc::Transaction& machine = self.machine();
    const auto given = given_kind(self, key, value, structure);
    std::shared_ptr<btree::TreeWriter> writer;
    if (py::isinstance<py::str>(what)) {
        const auto name = py::cast<std::string>(what);
        const btree::TreeKind kind = given ? *given : stored_kind(self, name);
        writer = without_gil([&](NoGil&) { return btree::edit_tree(machine, name, kind); });
    } else {
        const core::ObjectId id = require_id(what);
        writer = without_gil([&](NoGil&) {
            auto kind = given ? given : machine.participant<btree::TreeEdits>().kind_of(id);
            return btree::edit_tree(machine, id, kind.value_or(btree::TreeKind{}));
        });
    }
    const core::ObjectId at_base = static_cast<btree::TreeEdit&>(*writer).state().id;
    return open_transaction_tree(self.state(), std::move(writer), at_base);
}

py::object create_tree(const PyTransaction& self, const std::string& key, const std::string& value,
                       const py::object& structure) {
    mvcc::Transaction& machine = self.machine();
    const btree::TreeKind kind = *given_kind(self, key, value, structure);
    const core::ObjectId id = btree::create_tree(machine, kind);
    return open_transaction_tree(self.state(), btree::edit_tree(machine, id, kind), id);
}

void rollback(const PyTransaction& self, const PySavepoint& savepoint) {
    mvcc::Transaction& machine = self.machine();
    if (savepoint.transaction.lock() != self.state())
        throw UsageError("this savepoint is of another transaction");
    self.state()->require_idle();
    self.state()->note_rollback();
    machine.rollback_to(savepoint.mark);
}

std::uint64_t commit(PyTransaction& self) {
    static_cast<void>(self.machine());
    if (self.managed())
        throw UsageError("the transaction commits when its function returns: do not commit inside");
    return self.finish();
}

// The end of a `with` block: without an exception it commits, unless that was done inside.
bool leave(PyTransaction& self, const py::object& failure, const py::object&, const py::object&) {
    if (!failure.is_none())
        self.abort();
    else if (self.state()->active())
        self.finish();
    return false;
}

std::string repr(const PyTransaction& self) {
    const char* state = self.state()->active() ? "running" : self.version() ? "committed" : "ended";
    return fmt::format("<vitrine.Transaction on version {} of '{}', {}>",
                       self.state()->base_version().value(), self.state()->context->path(), state);
}

using Class = py::class_<PyTransaction>;

void add_reading(Class& transaction) {
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
            "The commit that it became; None before.")
        .def("__repr__", repr);
}

void add_writing(Class& transaction) {
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
            py::arg("name"), "Takes a name away.")
        .def("_tree", tree)
        .def("_create_tree", create_tree);
}

void add_ending(Class& transaction) {
    transaction
        .def("commit", commit,
             "Makes everything visible at once, or raises ConflictError. Returns the commit's "
             "number.")
        .def("_finish", &PyTransaction::finish)
        .def("abort", &PyTransaction::abort, "Ends it; nothing was changed.")
        .def(
            "savepoint",
            [](const PyTransaction& self) {
                return PySavepoint{self.state(), self.machine().savepoint()};
            },
            "A point to go back to.")
        .def(
            "rollback_to", rollback, py::arg("savepoint"),
            "Takes back what was done after the savepoint. Editors from before are of no use then.")
        .def("__enter__",
             [](const py::object& self) {
                 static_cast<void>(py::cast<const PyTransaction&>(self).machine());
                 return self;
             })
        .def("__exit__", leave);
}

}  // namespace

py::object begin_transaction(const PyStore& store, TransactionOptions options, bool managed) {
    return py::cast(std::make_unique<PyTransaction>(store, std::move(options), managed));
}

void add_transaction(py::module_& module) {
    py::class_<PySavepoint>(module, "Savepoint", "A point in a transaction to go back to.")
        .attr("__module__") = "vitrine";
    Class transaction(module, "Transaction",
                      "A snapshot plus private changes, of one thread. Leaving its `with` block "
                      "commits it; an exception aborts it.");
    transaction.attr("__module__") = "vitrine";
    add_reading(transaction);
    add_writing(transaction);
    add_ending(transaction);
}

}  // namespace vitrine::python
