// Transactions that read two accounts and update both, at random. Afterwards every account holds what
// the transfers that were made say.
#include <numeric>

#include "tests/bench/bank.hpp"
#include "tests/bench/syncs.hpp"

namespace vitrine::bench {
namespace {

void transfers(Round& round, Sync sync, std::size_t threads) {
    const std::size_t accounts = round.scale.keys;
    const Place place = prepared(round, "bank", Content::accounts, sync, false);
    const auto store = round.kind.open(place);
    const Bank bank(*store, accounts);  // which reads everything once
    std::vector<std::unique_ptr<Session>> sessions;
    std::vector<Bank::Customer> customers;
    for (std::size_t thread = 0; thread < threads; ++thread) {
        sessions.push_back(store->session());
        customers.emplace_back(thread, accounts);
    }
    const std::uint64_t before = syncs();
    const Rate rate = repeat(threads, round.scale.seconds, [&](std::size_t thread) {
        sessions[thread]->transfer(customers[thread].next());
    });
    round.syncs = syncs() - before;
    round.commits = std::accumulate(rate.counts.begin(), rate.counts.end(), std::size_t{0});
    round.add("rate", rate.per_second);
    store->flush();
    bank.expect_after(rate.counts);
    if (sync == Sync::durable) expect_durable(round, threads);
}

}  // namespace

void transfers_1(Round& round) { transfers(round, Sync::durable, 1); }
void transfers_8(Round& round) { transfers(round, Sync::durable, 8); }
void transfers_32(Round& round) { transfers(round, Sync::durable, 32); }
void deferred_transfers(Round& round) { transfers(round, Sync::deferred, 1); }

}  // namespace vitrine::bench
