// Opening and closing a snapshot.
#include "tests/bench/rows.hpp"

namespace vitrine::bench {

void snapshots(const Bench& bench, Report& report) {
    constexpr std::size_t kTimes = 2'000'000;
    const Twin files = account_twin(bench);
    const Store store = Store::open(files.vitrine, roomy());
    const LmdbFile lmdb(files.lmdb, LmdbFile::Keys::integer);
    for (const std::size_t threads : {1, 2}) {
        const Pair pair = compare(
            bench.rounds,
            [&] {
                return on_threads(threads, kTimes, bench.clock, [&](std::size_t) {
                    for (std::size_t i = 0; i < kTimes; ++i) {
                        const Snapshot snapshot = store.snapshot();
                        keep(&snapshot);
                    }
                });
            },
            [&] {
                return on_threads(threads, kTimes, bench.clock, [&](std::size_t) {
                    LmdbReader reader(lmdb);
                    for (std::size_t i = 0; i < kTimes; ++i) {
                        reader.reset();
                        reader.renew();
                    }
                });
            });
        report.add({.work = "open and close a snapshot, threads: " + std::to_string(threads),
                    .unit = "ns",
                    .vitrine = pair.vitrine,
                    .lmdb = pair.lmdb,
                    .goal = Goal::value_at_most,
                    .target = threads == 1 ? 30.0 : 45.0});
    }
}

}  // namespace vitrine::bench
