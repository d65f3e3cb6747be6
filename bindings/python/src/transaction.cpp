#include "bindings/python/src/transaction.hpp"

#include <fmt/format.h>

namespace vitrine::python {
namespace {

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

void add_ending(TransactionClass& transaction) {
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
        .def("__exit__", leave)
        .def("__repr__", repr);
}

}  // namespace

py::object begin_transaction(const PyStore& store, TransactionOptions options, bool managed) {
    return py::cast(std::make_unique<PyTransaction>(store, std::move(options), managed));
}

void add_transaction(py::module_& module) {
    py::class_<PySavepoint>(module, "Savepoint", "A point in a transaction to go back to.")
        .attr("__module__") = "vitrine";
    TransactionClass transaction(
        module, "Transaction",
        "A snapshot plus private changes, of one thread. Leaving its `with` block "
        "commits it; an exception aborts it.");
    transaction.attr("__module__") = "vitrine";
    add_reading(transaction);
    add_writing(transaction);
    add_trees(transaction);
    add_ending(transaction);
}

}  // namespace vitrine::python
