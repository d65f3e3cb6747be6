// Opening and closing a snapshot.
#include "tests/bench/workload.hpp"

namespace vitrine::bench {

void snapshots(Round& round) {
    constexpr std::size_t kWarm = 1000;
    const auto store = round.kind.open(prepared(round, "accounts", Content::accounts));
    const std::unique_ptr<Session> sessions[] = {store->session(), store->session()};
    // As many as take a while: stores differ by a factor of a thousand.
    const double first = duration(Clock::wall, [&] { sessions[0]->snapshots(kWarm); }) / kWarm;
    const auto times = static_cast<std::size_t>(round.scale.seconds / 4 * 1e9 / (first + 1)) + 1;
    const auto needed = [&](std::size_t threads) {
        return on_threads(threads, times, round.scale.clock,
                          [&](std::size_t thread) { sessions[thread]->snapshots(times); });
    };
    round.add("one", needed(1));
    round.add("two", needed(2));
}

}  // namespace vitrine::bench
