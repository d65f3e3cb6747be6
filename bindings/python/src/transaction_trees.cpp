#include <fmt/format.h>

#include "bindings/cpp/src/roots.hpp"
#include "bindings/python/src/transaction.hpp"
#include "btree/tree_edits.hpp"

namespace vitrine::python {
namespace {

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

}  // namespace

void add_trees(TransactionClass& transaction) {
    transaction.def("_tree", tree).def("_create_tree", create_tree);
}

}  // namespace vitrine::python
