// Callbacks in C++ that throw: nothing of it passes through the library.
#include <stdexcept>

#include "check.h"

namespace {

vitrine_status throw_error(vitrine_transaction*, void*) { throw std::runtime_error("mine"); }
vitrine_status throw_number(vitrine_transaction*, void*) { throw 7; }
bool throw_from_progress(void*, std::uint64_t, std::uint64_t) { throw std::logic_error("stop"); }

vitrine_status fill(vitrine_transaction* tx, void*) {
    vitrine_tree* tree = nullptr;
    OK(vitrine_transaction_tree(tx, "numbers", "u64", "u64", &tree));
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        vitrine_key key;
        OK(vitrine_key_unsigned(i, &key));
        OK(vitrine_tree_put(tree, key.bytes, key.size, &i, sizeof i));
    }
    vitrine_tree_free(tree);
    return VITRINE_OK;
}

void exceptions_become_statuses() {
    vitrine_store* const store = new_store("throwing");
    FAILS(VITRINE_INTERNAL, "mine",
          vitrine_transact(store, nullptr, throw_error, nullptr, nullptr));
    FAILS(VITRINE_INTERNAL, "", vitrine_transact(store, nullptr, throw_number, nullptr, nullptr));
    OK(vitrine_transact(store, nullptr, fill, nullptr, nullptr));
    vitrine_gc_report report{};
    report.struct_size = sizeof report;
    FAILS(VITRINE_INTERNAL, "stop",
          vitrine_store_collect_garbage(store, throw_from_progress, nullptr, &report));
    OK(vitrine_store_collect_garbage(store, nullptr, nullptr, &report));  // nothing is left locked
    vitrine_store_free(store);
}

}  // namespace

int main() {
    exceptions_become_statuses();
    return 0;
}
