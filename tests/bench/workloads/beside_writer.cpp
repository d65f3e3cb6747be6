// What a reader notices of a writer that makes durable transfers without pause: the time of one read
// transaction (16 accounts at random), against the same in an idle store.
#include <atomic>
#include <thread>

#include "tests/bench/bank.hpp"
#include "tests/bench/syncs.hpp"

namespace vitrine::bench {
namespace {

constexpr std::size_t kTransactions = 50'000;
constexpr std::size_t kPerTransaction = 16;

struct Latency {
    double median;
    double p99;
};

/// Always the wall clock: waiting is what is looked for.
Latency read(Session& session) {
    std::vector<double> needed(kTransactions);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kTransactions; ++i)
        needed[i] = duration(Clock::wall,
                             [&] { sum += session.look_up(i * kPerTransaction, kPerTransaction); });
    asm volatile("" : : "r"(sum));
    return {median(needed), quantile(needed, 0.99)};
}

}  // namespace

void reader_beside_writer(Round& round) {
    const std::size_t accounts = round.scale.keys;
    const auto store = round.kind.open(prepared(round, "busy-bank", Content::accounts));
    const Bank bank(*store, accounts);
    const auto reader = store->session();
    reader->draw(uniform(accounts, kTransactions * kPerTransaction, 6));
    read(*reader);
    const Latency idle = read(*reader);

    std::atomic<bool> done{false};
    std::vector<std::size_t> counts(1);
    const std::uint64_t before = syncs();
    std::exception_ptr failure;
    std::jthread writer([&] {
        try {
            const auto session = store->session();
            Bank::Customer customer(0, accounts);
            for (; !done.load(std::memory_order_relaxed); ++counts[0])
                session->transfer(customer.next());
        } catch (...) {
            failure = std::current_exception();
        }
    });
    const Latency busy = read(*reader);
    done.store(true, std::memory_order_relaxed);
    writer.join();
    if (failure) std::rethrow_exception(failure);

    round.syncs = syncs() - before;
    round.commits = counts[0];
    bank.expect_after(counts);
    expect_durable(round, 1);
    round.add("median", busy.median / idle.median);
    round.add("p99", busy.p99 / idle.p99);
    round.add("busy median", busy.median);
    round.add("busy p99", busy.p99);
}

}  // namespace vitrine::bench
