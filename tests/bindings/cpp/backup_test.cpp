#include <atomic>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitrine/vitrine.hpp>

#include "tests/bindings/cpp/library.hpp"

namespace vitrine::test {
namespace {

constexpr std::int64_t kAccounts = 300;
constexpr std::int64_t kTotal = kAccounts * 100;
using Balances = Tree<std::int64_t, std::int64_t>;

std::int64_t total(const Snapshot& snapshot) {
    std::int64_t sum = 0;
    for (const auto [account, balance] : snapshot.tree<std::int64_t, std::int64_t>("balances"))
        sum += balance;
    return sum;
}

/// A bank in which money is moved, and accounts come and go, until stop().
class Bank {
  public:
    explicit Bank(Store& store) : store_(store) {
        store_.transact([](Transaction& tx) {
            auto balances = tx.tree<std::int64_t, std::int64_t>("balances");
            for (std::int64_t i = 0; i < kAccounts; ++i) balances.put(i, 100);
        });
        for (unsigned seed = 1; seed <= 3; ++seed)
            threads_.emplace_back([this, seed] { run(seed); });
    }
    ~Bank() { stop(); }
    void stop() {
        done_ = true;
        for (std::thread& thread : threads_)
            if (thread.joinable()) thread.join();
    }
    [[nodiscard]] std::uint64_t transfers() const { return transfers_; }

  private:
    void run(unsigned seed) {
        std::mt19937 random(seed);
        while (!done_) {
            // Whole ranges empty and fill, so that nodes of the tree come and go.
            const std::int64_t from = random() % 20 * 500 + random() % kAccounts;
            const std::int64_t to = random() % 20 * 500 + random() % kAccounts;
            store_.transact([&](Transaction& tx) {
                auto balances = tx.tree<std::int64_t, std::int64_t>("balances");
                const auto has = balances.find(from);
                if (!has || from == to) return;
                balances.erase(from);
                balances.put(to, balances.find(to).value_or(0) + *has);
            });
            ++transfers_;
        }
    }

    Store& store_;
    std::atomic<bool> done_ = false;
    std::atomic<std::uint64_t> transfers_ = 0;
    std::vector<std::thread> threads_;
};

class BackupTest : public LibraryTest {};

TEST_F(BackupTest, IsAStoreOfItsOwn) {
    const auto file = folder_.file("copy");
    const BackupReport report = store_.backup(file);
    EXPECT_EQ(report.version, store_.version());
    EXPECT_EQ(report.bytes, std::filesystem::file_size(file));
    Store copy = Store::open(file);
    EXPECT_EQ(copy.version(), report.version);
    EXPECT_EQ(copy.snapshot().time(), store_.snapshot().time());
    expect_library(copy.snapshot());
    expect_sound(copy);
    copy.transact([](Transaction& tx) { tx.edit(tx.root<Book>("book")).setPages(1); });
    EXPECT_EQ(copy.version().value(), report.version.value() + 1);
    expect_sound(copy);
}

TEST_F(BackupTest, ReplacesNoFile) {
    const auto file = folder_.file("copy");
    store_.backup(file);
    EXPECT_TRUE(contains(refusal<StorageError>([&] { store_.backup(file); }), "exists already"));
    EXPECT_TRUE(contains(refusal<StorageError>([&] { store_.backup(folder_.file()); }),
                         folder_.file().string()));
    expect_library(Store::open(file).snapshot());
    refusal<StorageError>([&] { store_.backup(folder_.file("no/such/folder")); });
}

TEST_F(BackupTest, LeavesNothingWhenItIsCancelled) {
    const auto file = folder_.file("copy");
    std::optional<int> steps;
    for (int allowed = 0; !steps; ++allowed) {
        int left = allowed;
        try {
            store_.backup(file, [&](std::uint64_t done, std::uint64_t of) {
                EXPECT_LE(done, of);
                return left-- > 0;
            });
            steps = allowed;
        } catch (const CancelledError&) {
            EXPECT_FALSE(std::filesystem::exists(file));
            EXPECT_FALSE(std::filesystem::exists(file.string() + ".part"));
            EXPECT_FALSE(std::filesystem::exists(file.string() + ".part-lock"));
        }
    }
    EXPECT_GE(*steps, 2);
    expect_library(Store::open(file).snapshot());
}

class BusyBackupTest : public testing::TestWithParam<std::tuple<Durability, Retention>> {};

TEST_P(BusyBackupTest, ShowsOneMomentOfABusyStore) {
    const TemporaryFolder folder;
    Store store = Store::open(folder.file(), {.cache_bytes = 256 << 10,
                                              .durability = std::get<0>(GetParam()),
                                              .retention = std::get<1>(GetParam())});
    std::uint64_t transfers = 0;
    {
        Bank bank(store);
        for (int i = 0; i < 8; ++i) {
            while (bank.transfers() < transfers + 5) std::this_thread::yield();
            transfers = bank.transfers();
            const Version before = store.version();
            const auto file = folder.file("copy-" + std::to_string(i));
            const BackupReport report = store.backup(file);
            EXPECT_GE(report.version, before);
            EXPECT_LE(report.oldest, report.version);
            const Store copy = Store::open(file);
            EXPECT_EQ(copy.version(), report.version);
            expect_sound(copy);
            for (Version at = report.oldest; at <= report.version;
                 at = Version{at.value() + 1 + (report.version.value() - at.value()) / 8}) {
                if (at.value() == 0) continue;  // before the bank was there
                EXPECT_EQ(total(copy.snapshot_at(at)), kTotal) << at.value();
            }
        }
    }
    EXPECT_EQ(total(store.snapshot()), kTotal);
    expect_sound(store);
}

INSTANTIATE_TEST_SUITE_P(Options, BusyBackupTest,
                         testing::Combine(testing::Values(Durability::full, Durability::deferred),
                                          testing::Values(Retention::none(),
                                                          Retention::commits(30))));

}  // namespace
}  // namespace vitrine::test
