#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

using StoreTest = AccountsTest;

static_assert(!std::is_copy_constructible_v<Store> && std::is_nothrow_move_constructible_v<Store>);
static_assert(!std::is_convertible_v<std::uint64_t, Version>);

TEST_F(StoreTest, KeepsWhatWasCommittedWhenItIsOpenedAgain) {
    const Ref<Account> account = make("Ada", 42);
    store_.transact([&](Transaction& tx) { tx.set_root("chief", account); });
    fill_numbers(1000);
    const Version version = store_.version();
    store_.close();
    store_ = Store::open(folder_.file(), options());
    EXPECT_EQ(store_.version(), version);
    EXPECT_EQ(store_.durable_version(), version);
    const Snapshot snapshot = store_.snapshot();
    EXPECT_EQ(snapshot.get(snapshot.root<Account>("chief"))->getOwner(), "Ada");
    EXPECT_EQ(numbers(snapshot).size(), 1000U);
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(StoreTest, IsEmptyWhenItIsNew) {
    EXPECT_EQ(store_.version(), Version{});
    EXPECT_TRUE(store_.snapshot().roots().empty());
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(StoreTest, MakesAFileOnlyIfItMay) {
    const auto absent = folder_.file("absent");
    EXPECT_THROW(Store::open(absent, {.create_if_missing = false}), StorageError);
    EXPECT_FALSE(std::filesystem::exists(absent));
    { std::ofstream empty(absent); }
    EXPECT_EQ(Store::open(absent, options()).version(), Version{})
        << "an empty file is a new store";
    EXPECT_NO_THROW(Store::open(absent, {.create_if_missing = false}));
}

TEST_F(StoreTest, ReadOnlyReadsAndRefusesToBegin) {
    const Ref<Account> account = make("Ada", 42);
    store_.close();
    store_ = Store::open(folder_.file(), {.read_only = true});
    EXPECT_EQ(balance(account), 42);
    EXPECT_THROW(static_cast<void>(store_.begin()), UsageError);
    EXPECT_THROW(store_.transact([](Transaction&) {}), UsageError);
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(StoreTest, AfterCloseEveryCallIsAUsageErrorAndCloseAgainIsNothing) {
    store_.close();
    EXPECT_NO_THROW(store_.close());
    EXPECT_THROW(static_cast<void>(store_.snapshot()), UsageError);
    EXPECT_THROW(static_cast<void>(store_.begin()), UsageError);
    EXPECT_THROW(store_.transact([](Transaction&) {}), UsageError);
    EXPECT_THROW(static_cast<void>(store_.version()), UsageError);
    EXPECT_THROW(static_cast<void>(store_.durable_version()), UsageError);
    EXPECT_THROW(store_.flush(), UsageError);
    EXPECT_THROW(store_.trim_cache(), UsageError);
    EXPECT_THROW(static_cast<void>(store_.stats()), UsageError);
    EXPECT_THROW(static_cast<void>(store_.verify()), UsageError);
}

TEST_F(StoreTest, IsMovable) {
    const Ref<Account> account = make("Ada", 42);
    Store moved = std::move(store_);
    EXPECT_EQ(moved.snapshot().get(account)->getBalance(), 42);
    store_ = std::move(moved);
    EXPECT_EQ(balance(account), 42);
}

TEST_F(StoreTest, ADeferredCommitIsVisibleAtOnceAndDurableAfterFlush) {
    store_.close();
    store_ = Store::open(folder_.file(), {.durability = Durability::deferred,
                                          .flush_interval = std::chrono::hours(1)});
    const Ref<Account> account = make("Ada", 1);
    const Version version = store_.version();
    EXPECT_EQ(balance(account), 1);
    EXPECT_LE(store_.durable_version(), version);
    EXPECT_GE(store_.flush(), version);
    EXPECT_GE(store_.durable_version(), version);
}

TEST_F(StoreTest, AFullCommitIsDurableWhenItReturns) {
    store_.close();
    store_ = Store::open(folder_.file());
    for (int i = 0; i < 3; ++i) {
        make("Ada", i);
        EXPECT_EQ(store_.durable_version(), store_.version());
    }
}

TEST_F(StoreTest, TrimmingTheCacheLosesNothing) {
    const Ref<Account> account = make("Ada", 42);
    fill_numbers(2000);
    const Snapshot snapshot = store_.snapshot();
    const Object<Account> held = snapshot.get(account);
    store_.flush();
    store_.trim_cache();
    EXPECT_EQ(held->getBalance(), 42);
    EXPECT_EQ(snapshot.get(account)->getBalance(), 42);
    EXPECT_EQ(numbers(snapshot).at(19990), 19990);
}

TEST_F(StoreTest, VersionsAreOrderedHashablePrintableNumbers) {
    const Version first = store_.transact([](Transaction& tx) { tx.create<Account>(); });
    const Version second = store_.transact([](Transaction& tx) { tx.create<Account>(); });
    EXPECT_LT(first, second);
    EXPECT_EQ(Version{second.value()}, second);
    EXPECT_EQ((std::unordered_set<Version>{first, second, first}.size()), 2U);
    std::ostringstream out;
    out << second;
    EXPECT_EQ(out.str(), std::to_string(second.value()));
}

TEST_F(StoreTest, IsUsedByManyThreadsAtOnce) {
    {
        std::vector<std::jthread> threads;
        for (std::int64_t thread = 0; thread < 4; ++thread)
            threads.emplace_back([&, thread] {
                for (std::int64_t i = 0; i < 50; ++i) {
                    put_number(1000 * thread + i, i);
                    EXPECT_EQ(numbers().at(1000 * thread + i), i);
                }
            });
    }
    EXPECT_EQ(numbers().size(), 200U);
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(StoreTest, StatsCountWhatHappened) {
    const Stats before = store_.stats();
    const Ref<Account> account = make("Ada", 1);
    {
        Transaction loser = store_.begin();
        loser.edit(account).setBalance(2);
        set_balance(account, 3);
        EXPECT_FALSE(commits(loser));
    }
    store_.transact([](Transaction&) {});
    store_.flush();
    const Snapshot open = store_.snapshot();
    const Snapshot copy = open;
    const Stats after = store_.stats();
    EXPECT_EQ(after.commits, before.commits + 2) << "what wrote nothing does not count";
    EXPECT_EQ(after.conflicts, before.conflicts + 1);
    EXPECT_GE(after.batches, before.batches + 1);
    EXPECT_GE(after.syncs, before.syncs + 1);
    EXPECT_GE(after.objects_written, before.objects_written + 1) << "a batch writes the newest";
    EXPECT_GT(after.bytes_written, before.bytes_written);
    EXPECT_EQ(after.open_snapshots, 1U) << "copies share one";
    EXPECT_EQ(after.oldest_snapshot, open.version());
    EXPECT_GE(after.oldest_snapshot_age.count(), 0);
    EXPECT_GT(after.file_bytes, 0U);
    EXPECT_LT(after.free_bytes, after.file_bytes);
}

TEST_F(StoreTest, StatsCountHitsAndMissesOfTheCache) {
    const Ref<Account> account = make("Ada", 1);
    store_.flush();
    store_.trim_cache();
    const Stats before = store_.stats();
    static_cast<void>(balance(account));
    const Object<Account> held = store_.snapshot().get(account);
    const Stats after = store_.stats();
    EXPECT_EQ(after.cache_misses, before.cache_misses + 1);
    EXPECT_EQ(after.cache_hits, before.cache_hits + 1);
    EXPECT_GT(after.cache_bytes, 0U);
}

TEST_F(StoreTest, StatsNameTheOldestSnapshot) {
    const Ref<Account> account = make("Ada", 1);
    EXPECT_EQ(store_.stats().open_snapshots, 0U);
    EXPECT_EQ(store_.stats().oldest_snapshot, store_.version());
    const Snapshot old = store_.snapshot();
    set_balance(account, 2);
    const Snapshot fresh = store_.snapshot();
    const Transaction tx = store_.begin();
    EXPECT_EQ(store_.stats().open_snapshots, 3U) << "that of the transaction included";
    EXPECT_EQ(store_.stats().oldest_snapshot, old.version());
}

}  // namespace
}  // namespace vitrine::test
