// Transactions that read two accounts and update both, at random.
#include "tests/bench/rows.hpp"

namespace vitrine::bench {
namespace {

/// A source of pairs for each thread, a cache line apart.
struct alignas(64) Draws {
    Random random{0};
};

std::vector<Draws> draws_for(std::size_t threads) {
    std::vector<Draws> draws(threads);
    for (std::size_t i = 0; i < threads; ++i) draws[i].random = Random(i + 1);
    return draws;
}

struct Accounts {
    std::size_t from;
    std::size_t to;
};

Accounts draw(Random& random, std::size_t count) {
    const std::size_t from = random.below(count);
    return {from, (from + 1 + random.below(count - 1)) % count};
}

double transfers_a_second(Store& store, const std::vector<Ref<Account>>& accounts,
                          std::size_t threads, double seconds) {
    auto draws = draws_for(threads);
    return per_second(threads, seconds, [&](std::size_t thread) {
        const Accounts pair = draw(draws[thread].random, accounts.size());
        store.transact([&](Transaction& tx) {
            auto from = tx.edit(accounts[pair.from]);
            auto to = tx.edit(accounts[pair.to]);
            from.setBalance(from.getBalance() - 10);
            to.setBalance(to.getBalance() + 10);
        });
    });
}

void move_balance(LmdbWriter& writer, std::uint64_t account, std::int64_t amount) {
    Value value;
    std::memcpy(value.data(), writer.get(lmdb_key(account)).mv_data, value.size());
    std::int64_t balance;
    std::memcpy(&balance, value.data(), sizeof(balance));
    balance += amount;
    std::memcpy(value.data(), &balance, sizeof(balance));
    writer.put(lmdb_key(account), lmdb_value(value));
}

double transfers_a_second(const LmdbFile& lmdb, std::size_t accounts, std::size_t threads,
                          double seconds) {
    auto draws = draws_for(threads);
    return per_second(threads, seconds, [&](std::size_t thread) {
        const Accounts pair = draw(draws[thread].random, accounts);
        LmdbWriter writer(lmdb);
        move_balance(writer, pair.from, -10);
        move_balance(writer, pair.to, 10);
        writer.commit();
    });
}

Pair transfers_of(const Bench& bench, Durability durability, std::size_t threads) {
    const Twin files = account_twin(bench);
    Store store = Store::open(files.vitrine, roomy(durability));
    const LmdbFile lmdb(files.lmdb, LmdbFile::Keys::integer,
                        durability == Durability::full ? LmdbFile::Sync::yes : LmdbFile::Sync::no);
    const auto accounts = accounts_of(store);
    {
        const View view = store.snapshot().view();
        for (const Ref<Account> account : accounts) keep(view.get(account).getBalance());
    }
    const Pair pair = compare(
        bench.rounds, [&] { return transfers_a_second(store, accounts, threads, bench.seconds); },
        [&] { return transfers_a_second(lmdb, accounts.size(), threads, bench.seconds); });
    store.close();
    return pair;
}

}  // namespace

void transfers(const Bench& bench, Report& report) {
    const struct {
        std::size_t threads;
        double target;
    } lines[] = {{1, 2.2}, {8, 11}, {32, 20}};
    for (const auto& line : lines)
        report.add(rates("durable transfers a second, threads: " + std::to_string(line.threads),
                         transfers_of(bench, Durability::full, line.threads), line.target));
}

void deferred_transfers(const Bench& bench, Report& report) {
    report.add(rates("deferred transfers against MDB_NOSYNC (unsafe), 1 thread",
                     transfers_of(bench, Durability::deferred, 1), 4));
}

}  // namespace vitrine::bench
