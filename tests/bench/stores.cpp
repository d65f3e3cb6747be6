#include "tests/bench/stores.hpp"

#include <algorithm>

namespace vitrine::bench {
namespace {

Twin twin(const Bench& bench, const char* name) {
    return {bench.folder / (std::string(name) + ".vitrine"),
            bench.folder / (std::string(name) + ".lmdb")};
}

std::vector<TextKey> sorted_text_keys(std::size_t keys) {
    std::vector<TextKey> sorted(keys);
    for (std::size_t i = 0; i < keys; ++i) sorted[i] = text_key(i);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

void make_accounts(Store& store, std::size_t keys) {
    constexpr std::size_t kPerTransaction = 50'000;
    const std::string memo(79, 'm');
    for (std::size_t done = 0; done < keys; done += kPerTransaction)
        store.transact([&](Transaction& tx) {
            auto accounts = tx.tree<std::uint64_t, Ref<Account>>("accounts");
            for (std::size_t i = done; i < std::min(keys, done + kPerTransaction); ++i)
                accounts.put(i, tx.create<Account>([&](Account::Builder account) {
                    account.setBalance(static_cast<std::int64_t>(i));
                    account.setMemo(memo);
                }));
        });
}

}  // namespace

StoreOptions roomy(Durability durability) {
    StoreOptions options;
    options.cache_bytes = std::size_t{16} << 30;
    options.durability = durability;
    return options;
}

void load_sorted(Store& store, std::size_t keys) {
    store.transact([&](Transaction& tx) {
        auto tree = tx.tree<std::uint64_t, Bytes>("data");
        for (std::size_t i = 0; i < keys; ++i) tree.put(i, BytesView(value_of(i)));
    });
}

void load_sorted(const LmdbFile& file, std::size_t keys) {
    LmdbWriter writer(file);
    for (std::uint64_t i = 0; i < keys; ++i)
        writer.put(lmdb_key(i), lmdb_value(value_of(i)), MDB_APPEND);
    writer.commit();
}

Twin integer_twin(const Bench& bench) {
    const Twin files = twin(bench, "integers");
    if (std::filesystem::exists(files.lmdb)) return files;
    Store store = Store::open(files.vitrine, roomy());
    load_sorted(store, bench.keys);
    store.close();
    load_sorted(LmdbFile(files.lmdb, LmdbFile::Keys::integer), bench.keys);
    return files;
}

Twin text_twin(const Bench& bench) {
    const Twin files = twin(bench, "texts");
    if (std::filesystem::exists(files.lmdb)) return files;
    const std::vector<TextKey> keys = sorted_text_keys(bench.keys);
    Store store = Store::open(files.vitrine, roomy());
    store.transact([&](Transaction& tx) {
        auto tree = tx.tree<std::string, Bytes>("data");
        for (std::size_t i = 0; i < keys.size(); ++i)
            tree.put(std::string_view(keys[i].data(), keys[i].size()), BytesView(value_of(i)));
    });
    store.close();
    const LmdbFile lmdb(files.lmdb, LmdbFile::Keys::text);
    LmdbWriter writer(lmdb);
    for (std::size_t i = 0; i < keys.size(); ++i)
        writer.put(lmdb_value(keys[i]), lmdb_value(value_of(i)), MDB_APPEND);
    writer.commit();
    return files;
}

Twin account_twin(const Bench& bench) {
    const Twin files = twin(bench, "accounts");
    if (std::filesystem::exists(files.lmdb)) return files;
    Store store = Store::open(files.vitrine, roomy());
    make_accounts(store, bench.keys);
    store.close();
    load_sorted(LmdbFile(files.lmdb, LmdbFile::Keys::integer), bench.keys);
    return files;
}

std::vector<Ref<Account>> accounts_of(const Store& store) {
    std::vector<Ref<Account>> accounts;
    for (auto [index, account] : store.snapshot().tree<std::uint64_t, Ref<Account>>("accounts"))
        accounts.push_back(account);
    return accounts;
}

std::filesystem::path fresh_file(const Bench& bench, const std::string& name) {
    for (const char* ending : {"", "-lock"})
        std::filesystem::remove(bench.folder / (name + ending));
    return bench.folder / name;
}

double mebibytes(const std::filesystem::path& file) {
    return static_cast<double>(std::filesystem::file_size(file)) / (1 << 20);
}

}  // namespace vitrine::bench
