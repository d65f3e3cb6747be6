// Filling an empty store, and how large it is when it was closed. The clock stops when all is on disk.
#include <algorithm>

#include "tests/bench/syncs.hpp"
#include "tests/bench/workload.hpp"

namespace vitrine::bench {
namespace {

constexpr std::size_t kPerTransaction = 1000;

/// What `work(session)` needs in a fresh place, and the size of that.
template <class Work>
void load(Round& round, Sync sync, const Work& work) {
    const Place place = fresh(round, "load", Content::integers, sync);
    {
        const auto store = round.kind.open(place);
        const auto session = store->session();
        const std::uint64_t before = syncs();
        // Always the wall clock: other threads do a part of the work.
        const double needed = duration(Clock::wall, [&] {
            work(*session);
            store->flush();
        });
        round.syncs = syncs() - before;
        round.add("item", needed / static_cast<double>(round.scale.keys));
        round.checksum = session->scan_all();
    }
    round.add("size", mebibytes(place));
    remove(place);
}

void load_shuffled(Round& round, Sync sync) {
    const auto order = shuffled(round.scale.keys, 5);
    load(round, sync, [&](Session& session) {
        for (std::size_t done = 0; done < order.size(); done += kPerTransaction) {
            session.put(
                std::span(order).subspan(done, std::min(kPerTransaction, order.size() - done)), 0);
            ++round.commits;
        }
    });
}

}  // namespace

void sorted_load(Round& round) {
    load(round, Sync::durable, [&](Session& session) { session.load_sorted(round.scale.keys); });
    round.commits = 1;
    expect_durable(round, 1);
}

void random_load(Round& round) {
    load_shuffled(round, Sync::durable);
    expect_durable(round, 1);
}

void deferred_load(Round& round) { load_shuffled(round, Sync::deferred); }

}  // namespace vitrine::bench
