#include "bindings/c/src/transaction.hpp"

#include <limits>

#include "bindings/c/src/struct_size.hpp"
#include "bindings/cpp/src/begin.hpp"

namespace vitrine::capi {

std::shared_ptr<TransactionState> begin(const vitrine_store* store, TransactionOptions options,
                                        bool in_transact) {
    auto base = mvcc::Snapshot{need(store, "store").store.snapshot().machine()};
    return std::make_shared<TransactionState>(detail::begin(std::move(base), std::move(options)),
                                              in_transact);
}

TransactionOptions to_options(const vitrine_transaction_options* given) {
    const auto taken = take(given, "options");
    TransactionOptions options;
    if (taken.isolation > VITRINE_SNAPSHOT_ISOLATION)
        throw UsageError(fmt::format("there is no isolation {}", taken.isolation));
    if (taken.isolation == VITRINE_SNAPSHOT_ISOLATION) options.isolation = Isolation::snapshot;
    if (taken.attempts > std::numeric_limits<int>::max())
        throw UsageError(fmt::format("{} attempts are too many", taken.attempts));
    if (taken.attempts != 0) options.attempts = static_cast<int>(taken.attempts);
    if (taken.note != nullptr) options.note = taken.note;
    return options;
}

}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_store_begin(vitrine_store* store, const vitrine_transaction_options* options,
                                   vitrine_transaction** transaction) {
    return guarded([&] {
        need(transaction, "transaction");
        *transaction = new vitrine_transaction{begin(store, to_options(options), false)};
    });
}

vitrine_status vitrine_transaction_commit(vitrine_transaction* transaction, uint64_t* version) {
    return guarded([&] {
        auto& state = *need(transaction, "transaction").state;
        const Inside inside(&state);
        if (state.in_transact)
            throw vitrine::UsageError(
                "vitrine_transact() commits when its function returns: do not commit inside");
        give(version, state.machine->commit().value());
    });
}

vitrine_status vitrine_transaction_abort(vitrine_transaction* transaction) {
    return guarded([&] {
        auto& state = *need(transaction, "transaction").state;
        const Turn::Taken turn(&state.turn);
        state.machine->abort();
    });
}

void vitrine_transaction_free(vitrine_transaction* transaction) {
    if (transaction == nullptr || transaction->state->in_transact) return;
    transaction->state->machine->abort();  // its trees may live on
    delete transaction;
}

vitrine_status vitrine_transaction_base(const vitrine_transaction* transaction,
                                        vitrine_snapshot** snapshot) {
    return guarded([&] {
        const auto& machine = *need(transaction, "transaction").state->machine;
        need(snapshot, "snapshot");
        *snapshot =
            new vitrine_snapshot{vitrine::Snapshot{vitrine::mvcc::Snapshot{machine.base()}}};
    });
}

vitrine_status vitrine_transaction_savepoint(vitrine_transaction* transaction,
                                             vitrine_savepoint* savepoint) {
    return guarded([&] {
        auto& state = *need(transaction, "transaction").state;
        const Inside inside(&state);
        need(savepoint, "savepoint");
        *savepoint = {state.serial, state.machine->savepoint()};
    });
}

vitrine_status vitrine_transaction_rollback_to(vitrine_transaction* transaction,
                                               const vitrine_savepoint* savepoint) {
    return guarded([&] {
        auto& state = *need(transaction, "transaction").state;
        const Inside inside(&state);
        if (need(savepoint, "savepoint").transaction != state.serial)
            throw vitrine::UsageError("this savepoint is of another transaction");
        state.machine->rollback_to(savepoint->mark);
    });
}

}  // extern "C"
