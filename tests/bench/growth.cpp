// How a file grows by updates of a tree, one a commit, while an old snapshot is held.
#include <fmt/format.h>

#include "tests/bench/rows.hpp"

namespace vitrine::bench {
namespace {

double vitrine_growth(const Bench& bench, const std::vector<std::uint32_t>& updated) {
    const auto file = fresh_file(bench, "growth.vitrine");
    Store store = Store::open(file, roomy(Durability::deferred));
    load_sorted(store, bench.keys);
    store.flush();
    const double before = mebibytes(file);
    {
        const Snapshot held = store.snapshot();
        for (const std::uint64_t key : updated)
            store.transact([&](Transaction& tx) {
                tx.tree<std::uint64_t, Bytes>("data").put(key, BytesView(value_of(key + 1)));
            });
        store.flush();
    }
    const double grown = mebibytes(file) - before;
    store.close();
    fresh_file(bench, "growth.vitrine");
    return grown;
}

/// Without syncs, which change nothing in how the file grows.
double lmdb_growth(const Bench& bench, const std::vector<std::uint32_t>& updated) {
    const auto file = fresh_file(bench, "growth.lmdb");
    double grown = 0;
    {
        const LmdbFile lmdb(file, LmdbFile::Keys::integer, LmdbFile::Sync::no);
        load_sorted(lmdb, bench.keys);
        const double before = mebibytes(file);
        const LmdbReader held(lmdb);
        for (const std::uint64_t key : updated) {
            LmdbWriter writer(lmdb);
            writer.put(lmdb_key(key), lmdb_value(value_of(key + 1)));
            writer.commit();
        }
        grown = mebibytes(file) - before;
    }
    fresh_file(bench, "growth.lmdb");
    return grown;
}

}  // namespace

void growth(const Bench& bench, Report& report) {
    // A fifth of the keys, as in the full table: 200,000 of a million.
    const auto updated = uniform(bench.keys, bench.keys / 5, 8);
    report.add({.work = fmt::format("growth by {} updates under a held snapshot", updated.size()),
                .unit = "MiB",
                .vitrine = vitrine_growth(bench, updated),
                .lmdb = lmdb_growth(bench, updated),
                .goal = Goal::value_at_most,
                .target = 120.0 * static_cast<double>(bench.keys) / 1e6});
}

}  // namespace vitrine::bench
