#include "bindings/python/src/objects.hpp"

#include <fmt/format.h>

#include <vitrine/detail/snapshot_handle.hpp>

#include "bindings/python/src/gil.hpp"
#include "bindings/python/src/numbers.hpp"
#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/struct_editor.hpp"
#include "bindings/python/src/struct_view.hpp"
#include "btree/tree_edits.hpp"
#include "mvcc/epoch.hpp"

namespace vitrine::python {
namespace {

bool in_memory(const mvcc::Snapshot& snapshot, core::ObjectId id) {
    const mvcc::Epoch::Guard guard;
    return snapshot.store().table().find(id, snapshot.version()) != nullptr;
}

mvcc::VersionHandle find_version(const mvcc::Snapshot& snapshot, core::ObjectId id) {
    if (in_memory(snapshot, id)) return snapshot.find(id);
    return without_gil([&](NoGil&) { return snapshot.find(id); });
}

std::string describe(core::schema::Registry& registry, core::TypeId type) {
    if (type == btree::kTreeHeaderType) return "a tree";
    return "a " + registry.name_of(type);
}

py::object object_of(mvcc::VersionHandle version, Context& context,
                     core::schema::Registry& registry) {
    const py::object type = context.type_of(registry, version->type());
    const core::Words words = version->payload();
    const core::ObjectId id = version->id();
    const Version born = version->born();
    return make_object(type, words, {std::move(version), nullptr}, id, born);
}

void refuse_part_of_tree(core::ObjectId id, core::TypeId type) {
    if (btree::is_part_of_tree(type))
        throw TypeError(fmt::format("object #{} is a part of a tree", id.value));
}

}  // namespace

void require_type(core::schema::Registry& registry, py::handle reference, core::TypeId stored) {
    const auto* ref = find_in_box<RefValue>(reference);
    const core::TypeId wanted = ref == nullptr ? btree::kTreeHeaderType : ref->type;
    if (wanted == 0 || wanted == stored) return;
    throw TypeError(fmt::format("object #{} is {}, not {}", id_of(reference, "this").value,
                                describe(registry, stored), describe(registry, wanted)));
}

py::object find_object(const std::shared_ptr<SnapshotState>& snapshot, py::handle reference) {
    const core::ObjectId id = id_of(reference, "what is looked up");
    if (!id) return py::object();
    mvcc::VersionHandle version = find_version(snapshot->snapshot, id);
    if (!version) return py::object();
    require_type(snapshot->registry(), reference, version->type());
    if (version->type() == btree::kTreeHeaderType)
        return open_snapshot_tree(snapshot, id,
                                  btree::kind_of(version->aux<btree::TreeHeaderView>()));
    refuse_part_of_tree(id, version->type());
    return object_of(std::move(version), *snapshot->context, snapshot->registry());
}

py::object find_object(const std::shared_ptr<TransactionState>& transaction, py::handle reference) {
    mvcc::Transaction& machine = transaction->require();
    const core::ObjectId id = id_of(reference, "what is looked up");
    if (!id) return py::object();
    const TransactionState::InUse in_use(*transaction);
    auto& edits = machine.participant<btree::TreeEdits>();
    if (const auto kind = without_gil([&](NoGil&) { return edits.kind_of(id); })) {
        require_type(transaction->registry(), reference, btree::kTreeHeaderType);
        return open_transaction_tree(transaction, btree::edit_tree(machine, id, *kind), id);
    }
    const auto state = in_memory(machine.base(), id)
                           ? machine.find(id)
                           : without_gil([&](NoGil&) { return machine.find(id); });
    if (!state || edits.erased(id)) return py::object();
    require_type(transaction->registry(), reference, state->type);
    refuse_part_of_tree(id, state->type);
    Context& context = *transaction->context;
    if (state->copy != nullptr)
        return copy_of(*state->copy, context.type_of(transaction->registry(), state->type), id);
    return object_of(find_version(machine.base(), id), context, transaction->registry());
}

py::object reference_of(const btree::Root& root) {
    if (!root.tree) return make_ref(root.id, root.type);
    return make_box<TreeRefValue>(root.id, root.tree->key + " -> " + root.tree->value);
}

const StructType& struct_type(py::handle type) {
    if (const auto* found = find_in_box<StructType>(type)) return *found;
    throw TypeError(fmt::format("expected a struct of a schema, not {}", type_name_of(type)));
}

py::object to_datetime(core::Time time) {
    const auto since = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
    const py::module_ datetime = py::module_::import("datetime");
    const py::object epoch = datetime.attr("datetime")(
        1970, 1, 1, py::arg("tzinfo") = datetime.attr("timezone").attr("utc"));
    return epoch + datetime.attr("timedelta")(py::arg("microseconds") = since.count());
}

}  // namespace vitrine::python
