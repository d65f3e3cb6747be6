// From a file to the first value read.
#include "tests/bench/rows.hpp"

namespace vitrine::bench {

void opening(const Bench& bench, Report& report) {
    const Twin files = integer_twin(bench);
    const std::uint64_t key = bench.keys / 2;
    constexpr int kTimes = 20;
    const auto median_ms = [&](const auto& open_and_read) {
        std::vector<double> needed;
        for (int i = 0; i < kTimes; ++i) needed.push_back(open_and_read() / 1e6);
        return median(needed);
    };
    const Pair pair = compare(
        bench.rounds,
        [&] {
            return median_ms([&] {
                const double begin = now(Clock::wall);
                const Store store = Store::open(files.vitrine);
                keep(store.snapshot().tree<std::uint64_t, Bytes>("data").at(key).front());
                return now(Clock::wall) - begin;
            });
        },
        [&] {
            return median_ms([&] {
                const double begin = now(Clock::wall);
                const LmdbFile lmdb(files.lmdb, LmdbFile::Keys::integer);
                const LmdbReader reader(lmdb);
                keep(first_word(reader.get(lmdb_key(key)).mv_data));
                return now(Clock::wall) - begin;
            });
        });
    report.add({.work = "open an existing store and read one key",
                .unit = "ms",
                .vitrine = pair.vitrine,
                .lmdb = pair.lmdb,
                .goal = Goal::value_at_most,
                .target = 2});
}

}  // namespace vitrine::bench
