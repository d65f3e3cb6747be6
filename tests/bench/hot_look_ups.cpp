// Keys found in trees in memory: borrowed through a view, and owned through a Tree.
#include "tests/bench/rows.hpp"

namespace vitrine::bench {
namespace {

std::string_view as_argument(const TextKey& key) { return {key.data(), key.size()}; }
std::uint64_t as_argument(std::uint64_t key) { return key; }
MDB_val as_lmdb(const TextKey& key) { return lmdb_value(key); }
MDB_val as_lmdb(const std::uint64_t& key) { return lmdb_key(key); }

template <class Tree, class Key>
double look_up(const Tree& tree, const std::vector<Key>& drawn, Clock clock) {
    const double begin = now(clock);
    std::uint64_t sum = 0;
    for (const Key& key : drawn) {
        const auto value = tree.find(as_argument(key));
        sum += first_word(value->data());
    }
    keep(sum);
    return (now(clock) - begin) / static_cast<double>(drawn.size());
}

template <class Key>
double look_up(const LmdbFile& file, const std::vector<Key>& drawn, Clock clock) {
    const LmdbReader reader(file);
    const double begin = now(clock);
    std::uint64_t sum = 0;
    for (const Key& key : drawn) sum += first_word(reader.get(as_lmdb(key)).mv_data);
    keep(sum);
    return (now(clock) - begin) / static_cast<double>(drawn.size());
}

template <class K, class Key>
void look_ups_of(const Bench& bench, Report& report, const Twin& files, const LmdbFile& lmdb,
                 const std::vector<Key>& drawn, const std::string& kind, double target) {
    const Store store = Store::open(files.vitrine, roomy());
    const Snapshot snapshot = store.snapshot();
    const View view = snapshot.view();
    const auto borrowed = view.tree<K, Bytes>("data");
    const auto owned = snapshot.tree<K, Bytes>("data");
    for (auto [key, value] : owned) keep(value.size());  // everything into memory
    const auto raw = [&] { return look_up(lmdb, drawn, bench.clock); };
    report.add(times("hot look-up, " + kind + ", view",
                     compare(
                         bench.rounds, [&] { return look_up(borrowed, drawn, bench.clock); }, raw),
                     target));
    report.add(times("hot look-up, " + kind + ", tree (copies the value)",
                     compare(
                         bench.rounds, [&] { return look_up(owned, drawn, bench.clock); }, raw),
                     target));
}

}  // namespace

void hot_look_ups(const Bench& bench, Report& report) {
    const std::vector<std::uint32_t> indices = uniform(bench.keys, bench.reads, 1);
    {
        const Twin files = integer_twin(bench);
        const LmdbFile lmdb(files.lmdb, LmdbFile::Keys::integer);
        look_ups_of<std::uint64_t>(bench, report, files, lmdb,
                                   std::vector<std::uint64_t>(indices.begin(), indices.end()),
                                   "integer keys", 2.5);
    }
    const Twin files = text_twin(bench);
    const LmdbFile lmdb(files.lmdb, LmdbFile::Keys::text);
    std::vector<TextKey> texts;
    for (const std::uint32_t index : indices) texts.push_back(text_key(index));
    look_ups_of<std::string>(bench, report, files, lmdb, texts, "16-byte text keys", 1.5);
}

}  // namespace vitrine::bench
