// Filling an empty file, and how large it is then.
#include <algorithm>

#include "tests/bench/rows.hpp"

namespace vitrine::bench {
namespace {

constexpr std::size_t kPerTransaction = 1000;

void load(Store& store, const std::vector<std::uint32_t>& order) {
    for (std::size_t done = 0; done < order.size(); done += kPerTransaction)
        store.transact([&](Transaction& tx) {
            auto tree = tx.tree<std::uint64_t, Bytes>("data");
            for (std::size_t i = done; i < std::min(order.size(), done + kPerTransaction); ++i)
                tree.put(order[i], BytesView(value_of(order[i])));
        });
    store.flush();
}

void load(const LmdbFile& file, const std::vector<std::uint32_t>& order) {
    for (std::size_t done = 0; done < order.size(); done += kPerTransaction) {
        LmdbWriter writer(file);
        for (std::size_t i = done; i < std::min(order.size(), done + kPerTransaction); ++i) {
            const std::uint64_t key = order[i];
            writer.put(lmdb_key(key), lmdb_value(value_of(key)));
        }
        writer.commit();
    }
    check_lmdb(mdb_env_sync(file.environment(), 1), "mdb_env_sync");
}

struct Loaded {
    Pair pair;
    double vitrine_mebibytes = 0;
    double lmdb_mebibytes = 0;
};

/// Loads fresh files in turn. Always the wall clock: other threads do a part of the work.
template <class Ours, class Theirs>
Loaded load_both(const Bench& bench, Durability durability, const Ours& ours,
                 const Theirs& theirs) {
    Loaded loaded;
    const auto per_item = [&](double begin) {
        return (now(Clock::wall) - begin) / static_cast<double>(bench.keys);
    };
    loaded.pair = compare(
        bench.rounds,
        [&] {
            const auto file = fresh_file(bench, "load.vitrine");
            Store store = Store::open(file, roomy(durability));
            const double begin = now(Clock::wall);
            ours(store);
            const double needed = per_item(begin);
            store.close();
            loaded.vitrine_mebibytes = mebibytes(file);
            return needed;
        },
        [&] {
            const auto file = fresh_file(bench, "load.lmdb");
            double needed = 0;
            {
                const LmdbFile lmdb(
                    file, LmdbFile::Keys::integer,
                    durability == Durability::full ? LmdbFile::Sync::yes : LmdbFile::Sync::no);
                const double begin = now(Clock::wall);
                theirs(lmdb);
                needed = per_item(begin);
            }
            loaded.lmdb_mebibytes = mebibytes(file);
            return needed;
        },
        false);
    fresh_file(bench, "load.vitrine");
    fresh_file(bench, "load.lmdb");
    return loaded;
}

Figure size(std::string work, const Loaded& loaded, double target) {
    return {.work = std::move(work),
            .unit = "MiB",
            .vitrine = loaded.vitrine_mebibytes,
            .lmdb = loaded.lmdb_mebibytes,
            .goal = Goal::ratio_at_most,
            .target = target};
}

}  // namespace

void sorted_load(const Bench& bench, Report& report) {
    const Loaded loaded = load_both(
        bench, Durability::full, [&](Store& store) { load_sorted(store, bench.keys); },
        [&](const LmdbFile& lmdb) { load_sorted(lmdb, bench.keys); });
    report.add(times("load of sorted keys, one transaction, per item", loaded.pair, 0.6));
    report.add(size("  file after it", loaded, 1.15));
}

void random_load(const Bench& bench, Report& report) {
    const auto order = shuffled(bench.keys, 5);
    const auto ours = [&](Store& store) { load(store, order); };
    const auto theirs = [&](const LmdbFile& lmdb) { load(lmdb, order); };
    const Loaded synced = load_both(bench, Durability::full, ours, theirs);
    report.add(times("load in random order, 1000 a transaction, per item", synced.pair, 2));
    report.add(size("  file after it", synced, 1));
    const Loaded deferred = load_both(bench, Durability::deferred, ours, theirs);
    report.add(times("  deferred against MDB_NOSYNC (unsafe)", deferred.pair, 2));
}

}  // namespace vitrine::bench
