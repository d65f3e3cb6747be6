#include "bindings/python/src/states.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "bindings/python/src/gil.hpp"
#include "bindings/python/src/struct_type.hpp"
#include "core/schema/node.hpp"

namespace vitrine::python {

py::object Context::type_of(core::schema::Registry& registry, core::TypeId id) {
    if (const auto found = types_.find(id); found != types_.end()) return found->second;
    const auto stored = registry.find(id);
    if (!stored)
        throw TypeError(fmt::format("objects of type {} are not known to this store",
                                    core::schema::hex_id(id)));
    const py::object made = make_struct_type(stored->schema, stored->loader);
    return types_.emplace(id, made).first->second;
}

void Context::use(core::schema::Registry& registry, const py::object& type) {
    const auto& program = unbox<StructType>(type.ptr());
    const auto known = types_.find(program.id);
    if (known != types_.end() && known->second.is(type)) return;
    registry.check(program.schema);
    types_.insert_or_assign(program.id, type);
}

// The last pin of a closed store ends the machine, which may have to wait for its threads.
SnapshotState::~SnapshotState() {
    if (snapshot && snapshot.store().closed())
        without_gil([&](NoGil&) { snapshot = mvcc::Snapshot(); });
}

TransactionState::TransactionState(std::shared_ptr<Context> of, mvcc::Snapshot base,
                                   TransactionOptions options)
    : context(std::move(of)), base_version_(base.version()), thread_(PyThread_get_thread_ident()) {
    mvcc::Store& store = base.store();
    if (store.options().read_only)
        throw UsageError(fmt::format("{} was opened to be read only", store.storage().name()));
    machine_ = std::make_unique<mvcc::Transaction>(store, std::move(base), std::move(options));
}

TransactionState::~TransactionState() { abort(); }

void TransactionState::require_thread() const {
    if (PyThread_get_thread_ident() != thread_)
        throw UsageError("a transaction belongs to the thread that began it");
}

mvcc::Transaction& TransactionState::require() const {
    require_thread();
    if (!machine_) throw UsageError("the transaction has ended");
    machine_->require_active();
    return *machine_;
}

void TransactionState::require_idle() const {
    if (in_use_ != 0)
        throw UsageError(
            "the transaction is in the middle of a call: this cannot happen inside it");
}

TransactionState::Ended TransactionState::let_go() {
    return {std::exchange(machine_, nullptr), std::exchange(trees_, {})};
}

Version TransactionState::commit() {
    require();
    require_idle();
    // Others may look whether it is active, with the GIL, while it commits without.
    Ended ended = let_go();
    return without_gil([&](NoGil&) {
        const Ended gone = std::move(ended);
        return gone.machine->commit();
    });
}

void TransactionState::abort() noexcept {
    if (!machine_) return;
    Ended ended = let_go();
    if (!ended.machine->store().closed()) {
        ended.machine->abort();
        return;
    }
    // The last pin of a closed store may have to wait.
    without_gil([&](NoGil&) { const Ended gone = std::move(ended); });
}

btree::TreeWriter* TransactionState::keep(std::shared_ptr<btree::TreeWriter> tree) {
    for (const auto& known : trees_)
        if (known == tree) return known.get();
    trees_.push_back(std::move(tree));
    return trees_.back().get();
}

std::uint64_t TransactionState::stamp_of(core::ObjectId id) const {
    const auto erased = erasures_.find(id);
    return rollbacks_ << 32 | (erased == erasures_.end() ? 0 : erased->second);
}

}  // namespace vitrine::python
