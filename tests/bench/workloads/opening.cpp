// From a file, which the page cache has, to the first value read.
#include "tests/bench/workload.hpp"

namespace vitrine::bench {

void opening(Round& round) {
    constexpr int kTimes = 20;
    const Place place = prepared(round, "integers", Content::integers);
    std::vector<double> needed;
    for (int i = 0; i < kTimes; ++i) {
        std::unique_ptr<Store> store;  // closed after the clock stopped
        std::unique_ptr<Session> session;
        needed.push_back(duration(Clock::wall, [&] {
            store = round.kind.open(place);
            session = store->session();
            session->draw({static_cast<std::uint32_t>(round.scale.keys / 2)});
            round.checksum += session->look_up(0, 1);
        }));
    }
    round.add("open", median(needed) / 1e6);
}

}  // namespace vitrine::bench
