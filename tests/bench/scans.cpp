// Ranges of a tree in key order: all of it, and 100 items from a random place.
#include <limits>

#include "tests/bench/rows.hpp"

namespace vitrine::bench {
namespace {

constexpr std::size_t kItems = 100;

struct Cursor {
    explicit Cursor(const LmdbReader& reader) : raw(reader.cursor()) {}
    ~Cursor() { mdb_cursor_close(raw); }
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    bool move(MDB_val& key, MDB_val& value, MDB_cursor_op how) {
        const int code = mdb_cursor_get(raw, &key, &value, how);
        if (code == MDB_NOTFOUND) return false;
        check_lmdb(code, "mdb_cursor_get");
        return true;
    }
    MDB_cursor* raw;
};

template <class Range>
std::uint64_t sum_of(const Range& range, std::size_t limit) {
    std::uint64_t sum = 0;
    for (auto [key, value] : range) {
        sum += key + first_word(value.data());
        if (--limit == 0) break;
    }
    return sum;
}

std::uint64_t sum_of(Cursor& cursor, const std::uint64_t& from, std::size_t limit) {
    std::uint64_t sum = 0;
    MDB_val key = lmdb_key(from), value;
    for (bool more = cursor.move(key, value, MDB_SET_RANGE); more;
         more = cursor.move(key, value, MDB_NEXT)) {
        sum += first_word(key.mv_data) + first_word(value.mv_data);
        if (--limit == 0) break;
    }
    return sum;
}

/// Nanoseconds of a scan of everything, an item.
double scan(const Snapshot& snapshot, Clock clock) {
    const View view = snapshot.view();
    const double begin = now(clock);
    const auto tree = view.tree<std::uint64_t, Bytes>("data");
    keep(sum_of(tree, std::numeric_limits<std::size_t>::max()));
    return (now(clock) - begin) / static_cast<double>(tree.size());
}

double scan(const LmdbFile& file, std::size_t keys, Clock clock) {
    const double begin = now(clock);
    const LmdbReader reader(file);
    Cursor cursor(reader);
    keep(sum_of(cursor, 0, std::numeric_limits<std::size_t>::max()));
    return (now(clock) - begin) / static_cast<double>(keys);
}

/// Nanoseconds a scan of 100 items.
double short_scans(const Snapshot& snapshot, const std::vector<std::uint32_t>& from, Clock clock) {
    const View view = snapshot.view();
    const double begin = now(clock);
    const auto tree = view.tree<std::uint64_t, Bytes>("data");
    for (const std::uint64_t key : from) keep(sum_of(tree.from(key), kItems));
    return (now(clock) - begin) / static_cast<double>(from.size());
}

double short_scans(const LmdbFile& file, const std::vector<std::uint32_t>& from, Clock clock) {
    const double begin = now(clock);
    const LmdbReader reader(file);
    Cursor cursor(reader);
    for (const std::uint64_t key : from) keep(sum_of(cursor, key, kItems));
    return (now(clock) - begin) / static_cast<double>(from.size());
}

}  // namespace

void scans(const Bench& bench, Report& report) {
    const Twin files = integer_twin(bench);
    const Store store = Store::open(files.vitrine, roomy());
    const LmdbFile lmdb(files.lmdb, LmdbFile::Keys::integer);
    const Snapshot snapshot = store.snapshot();
    const auto from = uniform(bench.keys, 20'000, 3);
    report.add(times("full scan, per item",
                     compare(
                         bench.rounds, [&] { return scan(snapshot, bench.clock); },
                         [&] { return scan(lmdb, bench.keys, bench.clock); }),
                     2.5));
    report.add(times("100-item scan",
                     compare(
                         bench.rounds, [&] { return short_scans(snapshot, from, bench.clock); },
                         [&] { return short_scans(lmdb, from, bench.clock); }),
                     2));
}

void cold_scans(const Bench& bench, Report& report) {
    const Twin files = integer_twin(bench);
    // Few against the number of buckets, so that most places are met for the first time.
    const auto from = uniform(bench.keys, bench.keys / 1000, 4);
    const auto reopened = [&](const auto& work) {
        const Store store = Store::open(files.vitrine, roomy());
        return work(store.snapshot());
    };
    const auto raw = [&](const auto& work) {
        return work(LmdbFile(files.lmdb, LmdbFile::Keys::integer));
    };
    report.add(times(
        "full scan after opening, per item",
        compare(
            bench.rounds,
            [&] { return reopened([&](const Snapshot& s) { return scan(s, bench.clock); }); },
            [&] { return raw([&](const auto& f) { return scan(f, bench.keys, bench.clock); }); }),
        0.6));
    report.add(times(
        "100-item scan after opening",
        compare(
            bench.rounds,
            [&] {
                return reopened([&](const auto& s) { return short_scans(s, from, bench.clock); });
            },
            [&] { return raw([&](const auto& f) { return short_scans(f, from, bench.clock); }); }),
        0.6));
}

}  // namespace vitrine::bench
