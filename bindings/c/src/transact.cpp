#include <vitrine/detail/transact.hpp>

#include "bindings/c/src/transaction.hpp"

namespace vitrine::capi {
namespace {

/// One run of the work. Throws: CallbackFailed with what it returned; ConflictError.
Version run_once(const vitrine_store* store, const TransactionOptions& options, vitrine_work work,
                 void* user) {
    vitrine_transaction handle{begin(store, options, true)};
    mvcc::Transaction& machine = *handle.state->machine;
    struct Abort {  // trees that the work left open keep the machine
        mvcc::Transaction& machine;
        ~Abort() { machine.abort(); }
    } const abort{machine};
    const Inside inside(handle.state.get());  // this thread's, while the work runs
    if (const vitrine_status status = work(&handle, user); status != VITRINE_OK)
        throw CallbackFailed(status);
    return machine.active() ? machine.commit() : machine.base().version();
}

Version transact(const vitrine_store* store, const TransactionOptions& options, vitrine_work work,
                 void* user) {
    detail::Backoff backoff(options.attempts);
    while (true) {
        try {
            return run_once(store, options, work, user);
        } catch (const ConflictError&) {
            if (!backoff.has_more()) throw;
        }
        backoff.pause();
    }
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" vitrine_status vitrine_transact(vitrine_store* store,
                                           const vitrine_transaction_options* options,
                                           vitrine_work work, void* user, uint64_t* version) {
    return guarded([&] {
        if (work == nullptr) throw vitrine::UsageError("work is NULL");
        give(version, transact(store, to_options(options), work, user).value());
    });
}
