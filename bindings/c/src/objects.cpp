#include "bindings/c/src/record.hpp"
#include "bindings/c/src/roots.hpp"
#include "btree/node_types.hpp"

namespace vitrine::capi {
namespace {

/// The words of an object as its transaction sees it: a copy made by this library is one flat
/// segment.
core::Words words_of(const mvcc::ObjectState& seen) {
    if (seen.copy == nullptr) return seen.payload;
    const auto segment = seen.copy->getSegmentsForOutput()[0];
    return {reinterpret_cast<const core::Word*>(segment.begin()), segment.size()};
}

vitrine_status get(mvcc::Transaction& machine, vitrine_ref ref, std::uint64_t type,
                   vitrine_record& record) {
    const auto seen = machine.find(core::ObjectId{ref});
    if (!seen) return no_object(ref);
    check_asked(machine.store(), core::ObjectId{ref}, seen->type, type);
    record = to_record(words_of(*seen), seen->type, seen->version);
    return VITRINE_OK;
}

vitrine_ref create(mvcc::Transaction& machine, std::uint64_t type, core::Words words) {
    check_fit(machine.store(), type, words);
    const core::ObjectId id = machine.create(type).first;
    machine.restore(id, type, words);
    return id.value;
}

vitrine_status replace(mvcc::Transaction& machine, vitrine_ref ref, core::Words words) {
    const core::ObjectId id{ref};
    const auto seen = machine.find(id);
    if (!seen) return no_object(ref);
    check_asked(machine.store(), id, seen->type, 0);
    check_fit(machine.store(), seen->type, words);
    machine.restore(id, seen->type, words);
    return VITRINE_OK;
}

/// The machine of the transaction in which this thread is.
mvcc::Transaction& machine_of(vitrine_transaction* transaction) {
    return *transaction->state->machine;
}
TransactionState* state_of(vitrine_transaction* transaction) {
    return need(transaction, "transaction").state.get();
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_transaction_get(vitrine_transaction* transaction, vitrine_ref ref,
                                       uint64_t type, vitrine_record* record) {
    return guarded_status([&] {
        const Inside inside(state_of(transaction));
        return get(machine_of(transaction), ref, type, need(record, "record"));
    });
}

vitrine_status vitrine_transaction_create(vitrine_transaction* transaction, uint64_t type,
                                          const uint64_t* words, size_t word_count,
                                          vitrine_ref* ref) {
    return guarded([&] {
        const Inside inside(state_of(transaction));
        need(ref, "ref");
        *ref = create(machine_of(transaction), type, checked_words(words, word_count, "words"));
    });
}

vitrine_status vitrine_transaction_replace(vitrine_transaction* transaction, vitrine_ref ref,
                                           const uint64_t* words, size_t word_count) {
    return guarded_status([&] {
        const Inside inside(state_of(transaction));
        return replace(machine_of(transaction), ref, checked_words(words, word_count, "words"));
    });
}

vitrine_status vitrine_transaction_touch(vitrine_transaction* transaction, vitrine_ref ref) {
    return guarded_status([&] {
        const Inside inside(state_of(transaction));
        vitrine_record unused;
        return get(machine_of(transaction), ref, 0, unused);
    });
}

vitrine_status vitrine_transaction_erase(vitrine_transaction* transaction, vitrine_ref ref) {
    return guarded_status([&] {
        const Inside inside(state_of(transaction));
        if (ref == 0) return no_object(ref);
        vitrine::btree::erase(machine_of(transaction), vitrine::core::ObjectId{ref});
        return static_cast<vitrine_status>(VITRINE_OK);
    });
}

vitrine_status vitrine_transaction_root(vitrine_transaction* transaction, const char* name,
                                        vitrine_ref* ref, uint64_t* type) {
    return guarded_status([&] {
        const Inside inside(state_of(transaction));
        need(ref, "ref");
        return give_root(
            vitrine::btree::find_root(machine_of(transaction), need_text(name, "name")), name, *ref,
            type);
    });
}

vitrine_status vitrine_transaction_set_root(vitrine_transaction* transaction, const char* name,
                                            vitrine_ref ref) {
    return guarded_status([&] {
        const Inside inside(state_of(transaction));
        if (ref == 0) return no_object(ref);
        vitrine::btree::set_root(machine_of(transaction), need_text(name, "name"),
                                 vitrine::core::ObjectId{ref});
        return static_cast<vitrine_status>(VITRINE_OK);
    });
}

vitrine_status vitrine_transaction_erase_root(vitrine_transaction* transaction, const char* name) {
    return guarded([&] {
        const Inside inside(state_of(transaction));
        vitrine::btree::erase_root(machine_of(transaction), need_text(name, "name"));
    });
}

}  // extern "C"
