#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <thread>

#include <vitrine/detail/transact.hpp>
#include <vitrine/error.hpp>

#include "mvcc/transaction.hpp"

namespace vitrine::detail {

Attempt::Attempt(std::shared_ptr<mvcc::Transaction> machine)
    : transaction_(machine, Snapshot{mvcc::Snapshot{machine->base()}}, true) {}

Version Attempt::finish() {
    mvcc::Transaction& machine = transaction_.machine();
    if (!machine.active()) return machine.base().version();
    return machine.commit();
}

Backoff::Backoff(int attempts) : left_(attempts) {
    if (attempts < 1) throw UsageError("transact needs at least one attempt");
}

void Backoff::pause() {
    --left_;
    if (round_++ == 0) {
        std::this_thread::yield();  // whoever won is through: most second runs pass
        return;
    }
    // Random, so that those who met once do not meet again; doubling, since more rounds mean that
    // more transactions want the same.
    static thread_local std::minstd_rand random{static_cast<std::uint32_t>(
        std::hash<std::thread::id>{}(std::this_thread::get_id()) >> 4 | 1)};
    const int longest = 1 << std::min(round_, 10);
    std::uniform_int_distribution<int> pick(0, std::min(longest * 4, 1000));
    std::this_thread::sleep_for(std::chrono::microseconds(pick(random)));
}

}  // namespace vitrine::detail
