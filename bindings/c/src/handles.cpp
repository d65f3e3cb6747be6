#include "bindings/c/src/handles.hpp"

#include <atomic>

namespace vitrine::capi {
namespace {

std::uint64_t next_serial() {
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

TransactionState::TransactionState(std::shared_ptr<mvcc::Transaction> begun, bool inside_transact)
    : machine(std::move(begun)), serial(next_serial()), in_transact(inside_transact) {}

Machine::Machine(const vitrine_store* store) : keep_(need(store, "store").store.snapshot()) {}

}  // namespace vitrine::capi
