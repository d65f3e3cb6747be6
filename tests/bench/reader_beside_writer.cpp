// What a reader notices of a writer that commits durably without pause: the time of one read
// transaction (16 objects or rows at random), against the same in an idle store.
#include <atomic>
#include <thread>

#include "tests/bench/rows.hpp"

namespace vitrine::bench {
namespace {

constexpr std::size_t kTransactions = 50'000;
constexpr std::size_t kPerTransaction = 16;

struct Latency {
    double median;
    double p99;
};

/// Always the wall clock: waiting is what is looked for.
template <class Work>
Latency latency_of(const std::vector<std::uint32_t>& drawn, const Work& work) {
    std::vector<double> needed(kTransactions);
    for (std::size_t i = 0; i < kTransactions; ++i) {
        const double begin = now(Clock::wall);
        work(drawn.data() + i * kPerTransaction);
        needed[i] = now(Clock::wall) - begin;
    }
    return {median(needed), quantile(needed, 0.99)};
}

/// Runs `read` while another thread repeats `write`.
template <class Read, class Write>
Latency beside(const Read& read, const Write& write) {
    std::atomic<bool> done{false};
    std::jthread writer([&] {
        Random random(7);
        while (!done.load(std::memory_order_relaxed)) write(random);
    });
    const Latency latency = read();
    done.store(true, std::memory_order_relaxed);
    return latency;
}

struct Sides {
    std::vector<double> median;
    std::vector<double> p99;
    void add(const Latency& busy, const Latency& idle) {
        median.push_back(busy.median / idle.median);
        p99.push_back(busy.p99 / idle.p99);
    }
};

void write_row(const LmdbFile& lmdb, std::uint64_t key) {
    LmdbWriter writer(lmdb);
    writer.put(lmdb_key(key), lmdb_value(value_of(key)));
    writer.commit();
}

}  // namespace

void reader_beside_writer(const Bench& bench, Report& report) {
    const Twin files = account_twin(bench);
    Store store = Store::open(files.vitrine, roomy());
    const LmdbFile lmdb(files.lmdb, LmdbFile::Keys::integer);
    const auto accounts = accounts_of(store);
    const auto drawn = uniform(accounts.size(), kTransactions * kPerTransaction, 6);
    LmdbReader reader(lmdb);

    const auto read_ours = [&] {
        return latency_of(drawn, [&](const std::uint32_t* indices) {
            const View view = store.snapshot().view();
            std::int64_t sum = 0;
            for (std::size_t i = 0; i < kPerTransaction; ++i)
                sum += view.get(accounts[indices[i]]).getBalance();
            keep(sum);
        });
    };
    const auto read_theirs = [&] {
        return latency_of(drawn, [&](const std::uint32_t* indices) {
            reader.reset();
            reader.renew();
            std::uint64_t sum = 0;
            for (std::size_t i = 0; i < kPerTransaction; ++i) {
                const std::uint64_t key = indices[i];
                sum += first_word(reader.get(lmdb_key(key)).mv_data);
            }
            keep(sum);
        });
    };
    const auto write_ours = [&](Random& random) {
        store.transact([&](Transaction& tx) {
            auto account = tx.edit(accounts[random.below(accounts.size())]);
            account.setBalance(account.getBalance() + 1);
        });
    };
    const auto write_theirs = [&](Random& random) {
        write_row(lmdb, random.below(accounts.size()));
    };

    read_ours();  // warm
    read_theirs();
    Sides ours, theirs;
    for (int round = 0; round < bench.rounds; ++round) {
        const Latency idle_ours = read_ours();
        ours.add(beside(read_ours, write_ours), idle_ours);
        const Latency idle_theirs = read_theirs();
        theirs.add(beside(read_theirs, write_theirs), idle_theirs);
    }
    report.add({.work = "reader beside a busy writer, median against idle",
                .unit = "x",
                .vitrine = median(ours.median),
                .lmdb = median(theirs.median),
                .goal = Goal::value_at_most,
                .target = 1.2});
    report.add({.work = "reader beside a busy writer, p99 against idle",
                .unit = "x",
                .vitrine = median(ours.p99),
                .lmdb = median(theirs.p99),
                .goal = Goal::value_at_most,
                .target = 1.5});
}

}  // namespace vitrine::bench
