// Objects in memory, read by reference through a view.
#include "tests/bench/rows.hpp"

namespace vitrine::bench {
namespace {

template <class T>
std::vector<std::vector<T>> drawn_for(std::size_t threads, std::size_t reads,
                                      const std::vector<T>& from) {
    std::vector<std::vector<T>> drawn(threads);
    for (std::size_t thread = 0; thread < threads; ++thread)
        for (const std::uint32_t index : uniform(from.size(), reads, thread))
            drawn[thread].push_back(from[index]);
    return drawn;
}

double read_objects(const Snapshot& snapshot, const std::vector<std::vector<Ref<Account>>>& drawn,
                    Clock clock) {
    return on_threads(drawn.size(), drawn.front().size(), clock, [&](std::size_t thread) {
        const View view = snapshot.view();
        std::int64_t sum = 0;
        for (const Ref<Account> account : drawn[thread]) sum += view.get(account).getBalance();
        keep(sum);
    });
}

double read_rows(const LmdbFile& file, const std::vector<std::vector<std::uint64_t>>& drawn,
                 Clock clock) {
    return on_threads(drawn.size(), drawn.front().size(), clock, [&](std::size_t thread) {
        const LmdbReader reader(file);
        std::uint64_t sum = 0;
        for (const std::uint64_t& key : drawn[thread])
            sum += first_word(reader.get(lmdb_key(key)).mv_data);
        keep(sum);
    });
}

}  // namespace

void hot_objects(const Bench& bench, Report& report) {
    const Twin files = account_twin(bench);
    const Store store = Store::open(files.vitrine, roomy());
    const LmdbFile lmdb(files.lmdb, LmdbFile::Keys::integer);
    const std::vector<Ref<Account>> accounts = accounts_of(store);
    std::vector<std::uint64_t> keys(accounts.size());
    std::iota(keys.begin(), keys.end(), 0U);

    const Snapshot snapshot = store.snapshot();
    {
        const View view = snapshot.view();  // everything into memory
        for (const Ref<Account> account : accounts) keep(view.get(account).getBalance());
    }
    Pair by_threads[2];
    for (const std::size_t threads : {1, 2}) {
        const auto references = drawn_for(threads, bench.reads, accounts);
        const auto indices = drawn_for(threads, bench.reads, keys);
        by_threads[threads - 1] = compare(
            bench.rounds, [&] { return read_objects(snapshot, references, bench.clock); },
            [&] { return read_rows(lmdb, indices, bench.clock); });
        report.add(times(threads == 1 ? "hot read of an object through a view, 1 thread"
                                      : "hot read of an object through a view, 2 threads",
                         by_threads[threads - 1], 5));
    }
    report.add({.work = "  reads a second of 2 threads against 1",
                .unit = "x",
                .vitrine = 2 * by_threads[0].vitrine / by_threads[1].vitrine,
                .lmdb = 2 * by_threads[0].lmdb / by_threads[1].lmdb,
                .goal = Goal::value_at_least,
                .target = 1.9});
}

}  // namespace vitrine::bench
