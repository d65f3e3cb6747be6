#include "mvcc/store.hpp"

#include <thread>
#include <tuple>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/mvcc/fixture.hpp"
#include "tests/support/schedule.hpp"

namespace vitrine::mvcc::test {
namespace {

/// Storage that tells when it is destroyed.
class Watched final : public core::Storage {
  public:
    explicit Watched(std::atomic<bool>& gone) : gone_(gone) {}
    ~Watched() override { gone_ = true; }
    core::StorageState state() const override { return disk_.state(); }
    Reading read(ObjectId id, Version at, core::FunctionRef<void(Version, Words)> sink) override {
        return disk_.read(id, at, sink);
    }
    void write(const core::Batch& batch) override { disk_.write(batch); }
    std::optional<core::RowKey> scan(std::optional<core::RowKey> after, std::size_t limit,
                                     core::FunctionRef<bool(core::RowKey, Words)> sink) override {
        return disk_.scan(after, limit, sink);
    }
    std::vector<core::KeptRow> kept(Version witness, std::size_t limit) override {
        return disk_.kept(witness, limit);
    }
    void scan_kept(core::FunctionRef<bool(const core::KeptRow&)> sink) override {
        disk_.scan_kept(sink);
    }
    std::vector<Version> witnesses(core::VersionRange range, std::size_t limit) override {
        return disk_.witnesses(range, limit);
    }
    std::vector<core::CommitRow> commits(Version after, std::size_t limit) override {
        return disk_.commits(after, limit);
    }
    std::optional<core::CommitRow> next_commit(Version from) override {
        return disk_.next_commit(from);
    }
    std::vector<core::StoredType> types() override { return disk_.types(); }
    core::StorageSize size() const override { return disk_.size(); }
    bool failed() const override { return disk_.failed(); }
    std::string name() const override { return disk_.name(); }

  private:
    MemoryStorage disk_;
    std::atomic<bool>& gone_;
};

struct StoreLifetimeTest : testing::Test {
    std::atomic<bool> gone{false};
    Machine machine{nullptr, Store::open(std::make_unique<Watched>(gone), {}, {})};
    ObjectId id = machine.make(5);
};
using StoreLifetimeThreadTest = StoreLifetimeTest;

TEST(StoreTest, KeepsObjectsFromOneOpeningToTheNext) {
    std::unique_ptr<MemoryStorage> disk;
    ObjectId id;
    {
        const Machine machine = open();
        id = machine.make(5);
        machine.update(id, 6);
        disk = machine.disk->reopen();
    }
    const Machine machine = open({}, std::move(disk));
    EXPECT_EQ(machine->version(), v(2));
    EXPECT_EQ(machine.read(id), 6u);
    EXPECT_NE(machine.make(7), id) << "ids are never given twice";
}

TEST(StoreTest, ClosingFlushesAndRefusesWhatFollows) {
    const Machine machine = open(deferred());
    machine.make(5);
    machine->close();
    EXPECT_EQ(machine->durable_version(), v(1));
    EXPECT_THROW(machine->snapshot(), UsageError);
    machine->close();
}

TEST(StoreTest, ADestroyedDeferredStoreHasFlushed) {
    Machine machine = open(deferred());
    const ObjectId id = machine.make(5);
    const auto disk = machine.disk->reopen();
    machine.store.reset();
    EXPECT_EQ(disk->state().newest, v(1));
    EXPECT_EQ(open({}, disk->reopen()).read(id), 5u);
}

TEST(StoreTest, ADamagedRowIsCorruptionAndTheRestIsReadable) {
    const Machine machine = open();
    const ObjectId damaged = machine.make(5), intact = machine.make(6);
    machine->trim_cache();
    ASSERT_TRUE(machine.disk->damage_row({damaged, v(1)}, [](auto row) { row[2] ^= 4; }));
    try {
        std::ignore = machine.read(damaged);
        FAIL() << "read";
    } catch (const CorruptionError& error) {
        EXPECT_EQ(error.object(), core::to_ref(damaged));
        EXPECT_EQ(error.version(), v(1));
    }
    EXPECT_EQ(machine.read(intact), 6u);
    Transaction transaction = machine.begin();
    EXPECT_THROW(transaction.find(damaged), CorruptionError);
}

TEST(StoreTest, AScanThroughALongHeldSnapshotStaysWithinTheBudget) {
    constexpr std::size_t kBudget = 64 << 10;
    const Machine machine = open(with_cache(kBudget));
    std::vector<ObjectId> ids;
    for (int batch = 0; batch < 20; ++batch) {
        Transaction transaction = machine.begin();
        for (int i = 0; i < 100; ++i) ids.push_back(create(transaction, ids.size(), 20));
        transaction.commit();
        EXPECT_LE(machine->account().bytes(), kBudget + (32 << 10)) << "the load stays in it, too";
    }
    const Snapshot held = machine->snapshot();
    std::size_t highest = 0;
    for (int round = 0; round < 2; ++round)
        for (std::size_t i = 0; i < ids.size(); ++i) {
            ASSERT_EQ(get(held, ids[i]), i);
            highest = std::max(highest, machine->account().bytes());
        }
    EXPECT_LE(highest, kBudget + (16 << 10));
    EXPECT_GT(machine->stats().evictions, 2000u);
}

TEST(StoreTest, VersionsKeptForSnapshotsAreEvictedByWritersToo) {
    constexpr std::size_t kBudget = 64 << 10;
    const Machine machine = open(with_cache(kBudget));
    const ObjectId id = machine.make(0, 100);
    std::vector<Snapshot> held;
    for (std::uint64_t i = 1; i <= 500; ++i) {
        held.push_back(machine->snapshot());
        machine.update(id, i, 100);
    }
    EXPECT_LE(machine->account().bytes(), kBudget + (16 << 10));
    for (std::uint64_t i = 0; i < held.size(); ++i) ASSERT_EQ(get(held[i], id), i);
}

TEST(StoreTest, WithNoRoomAtAllEverythingIsStillReadable) {
    const Machine machine = open(with_cache(0));
    const ObjectId a = machine.make(1), b = machine.make(2);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(machine.read(a), 1u);
        EXPECT_EQ(machine.read(b), 2u);
    }
    machine.update(a, 3);
    EXPECT_EQ(machine.read(a), 3u);
}

TEST(StoreTest, HandlesMayHoldMoreThanTheBudget) {
    const Machine machine = open(with_cache(8 << 10));
    std::vector<ObjectId> ids;
    for (std::uint64_t i = 0; i < 200; ++i) ids.push_back(machine.make(i, 20));
    std::vector<VersionHandle> held;
    const Snapshot snapshot = machine->snapshot();
    for (const ObjectId id : ids) held.push_back(snapshot.find(id));
    for (std::uint64_t i = 0; i < ids.size(); ++i) {
        ASSERT_EQ(number_in(held[i]->payload()), i);
        ASSERT_EQ(get(snapshot, ids[i]), i);
    }
}

TEST(StoreTest, SupersededVersionsThatNobodySeesLeaveMemory) {
    const Machine machine = open();
    const ObjectId id = machine.make(0, 100);
    const Snapshot empty = machine->snapshot();
    machine.overwrite(empty, id, 1);
    Epoch::collect();
    const std::size_t before = machine->account().bytes();
    for (std::uint64_t i = 0; i < 1000; ++i) machine.overwrite(empty, id, i);
    Epoch::collect();
    EXPECT_LE(machine->account().bytes(), before + 256);
}

TEST(StoreTest, CountsWhatItDid) {
    const Machine machine = open();
    const ObjectId id = machine.make(1);
    const Snapshot held = machine->snapshot();
    machine.update(id, 2);
    Transaction loser = machine.begin();
    set(loser, id, 3);
    machine.update(id, 4);
    EXPECT_THROW(loser.commit(), ConflictError);
    machine->trim_cache();
    std::ignore = machine.read(id);
    const Stats stats = machine->stats();
    EXPECT_EQ(stats.commits, 3u);
    EXPECT_EQ(stats.conflicts, 1u);
    EXPECT_EQ(stats.batches, 3u);
    EXPECT_EQ(stats.objects_written, 3u);
    EXPECT_GE(stats.cache_misses, 1u);
    EXPECT_GE(stats.evictions, 1u);
    EXPECT_EQ(stats.oldest_snapshot, v(1));
    EXPECT_EQ(stats.open_snapshots, 2u) << "held, and the base of the loser";
}

TEST_F(StoreLifetimeTest, TheStorageGoesWithTheStoreWhenNoSnapshotIsOpen) {
    EXPECT_FALSE(gone);
    machine.store.reset();
    EXPECT_TRUE(gone);
}

TEST_F(StoreLifetimeTest, TheStorageGoesWithTheLastSnapshot) {
    Snapshot first = machine->snapshot();
    Snapshot copy = first;
    std::optional<View> view{copy};
    machine.store.reset();
    EXPECT_EQ(get(first, id), 5u);
    first = {};
    EXPECT_NE(view->find(id), nullptr);
    copy = {};
    EXPECT_FALSE(gone);
    view.reset();
    EXPECT_TRUE(gone);
}

TEST_F(StoreLifetimeTest, ATransactionKeepsTheStorageToo) {
    std::optional<Transaction> transaction;
    transaction.emplace(*machine, machine->snapshot(), TransactionOptions{});
    set(*transaction, id, 6);
    machine.store.reset();
    EXPECT_FALSE(gone);
    transaction.reset();
    EXPECT_TRUE(gone);
}

TEST_F(StoreLifetimeTest, HandlesOutliveEverythingAndKeepTheStorageFromNothing) {
    VersionHandle handle = machine->snapshot().find(id);
    machine.store.reset();
    EXPECT_TRUE(gone);
    EXPECT_EQ(number_in(handle->payload()), 5u);
    const VersionHandle copy = handle;
    handle = {};
    EXPECT_EQ(number_in(copy->payload()), 5u);
}

TEST_F(StoreLifetimeThreadTest, AnyThreadMayDropTheLastSnapshot) {
    Snapshot held = machine->snapshot();
    machine.store.reset();
    std::thread([&, mine = std::move(held)]() mutable {
        EXPECT_EQ(get(mine, id), 5u);
        mine = {};
        EXPECT_TRUE(gone);
    }).join();
    EXPECT_TRUE(gone);
}

TEST(StoreConcurrencyTest, StoresAndSnapshotsEndInAnyOrderOnAnyThread) {
    for (int round = 0; round < 200; ++round) {
        std::atomic<bool> gone{false};
        StoreOptions options;
        options.durability = round % 2 == 0 ? Durability::full : Durability::deferred;
        Machine machine{nullptr, Store::open(std::make_unique<Watched>(gone), options, {})};
        const ObjectId id = machine.make(5);
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i)
            threads.emplace_back([id, mine = machine->snapshot()]() mutable {
                const Snapshot copy = mine;
                mine = {};
                EXPECT_EQ(get(copy, id), 5u);
            });
        machine.store.reset();
        for (auto& thread : threads) thread.join();
        ASSERT_TRUE(gone) << "round " << round;
    }
}

/// An actor "loader" that reads `id` and stands at `place` in its load.
struct StoreScheduleTest : testing::Test {
    Machine machine = open();
    Snapshot empty = machine->snapshot();
    ObjectId id = machine.make(1);
    vitrine::test::Schedule schedule;
    std::optional<std::uint64_t> loaded;

    void start_loader(const char* place, Snapshot snapshot) {
        machine->trim_cache();
        schedule.hold("loader", place);
        schedule.start("loader",
                       [this, snapshot = std::move(snapshot)] { loaded = get(snapshot, id); });
        schedule.await("loader");
    }
    void finish() {
        schedule.release("loader");
        schedule.join("loader");
    }
};

// The load/commit race: the row that was read is superseded, and the successor evicted, before the
// loader links what it read.
TEST_F(StoreScheduleTest, ALoadThatCommitsOvertakeShowsNobodyAnOldState) {
    for (const char* place : {"load:read", "load:held"}) {
        const Snapshot old = machine->snapshot();
        const auto before = get(old, id);
        start_loader(place, old);
        for (std::uint64_t next = *before + 1; next < *before + 4; ++next) {
            machine.overwrite(empty, id, next);
            machine->trim_cache();
            EXPECT_EQ(machine.read(id), next);
        }
        finish();
        EXPECT_EQ(loaded, before);
        EXPECT_EQ(machine.read(id), *before + 3);
        machine->trim_cache();
        EXPECT_EQ(machine.read(id), *before + 3);
        EXPECT_EQ(get(old, id), before);
        machine.update(id, *before + 4);  // checked against the true newest
        EXPECT_EQ(machine.read(id), *before + 4);
    }
}

TEST_F(StoreScheduleTest, TwoLoadersOfOneRowShareAVersion) {
    start_loader("load:read", machine->snapshot());
    const VersionHandle mine = machine->snapshot().find(id);
    finish();
    EXPECT_EQ(machine->snapshot().find(id).get(), mine.get());
    EXPECT_EQ(loaded, 1u);
}

TEST_F(StoreScheduleTest, ALoadThatFindsNothingSeesACommitThatCameMeanwhile) {
    const ObjectId next{id.value + 1};
    const Snapshot before = machine->snapshot();
    schedule.hold("loader", "load:read");
    std::optional<std::uint64_t> absent = 99;
    schedule.start("loader", [&] { absent = get(before, next); });
    schedule.await("loader");
    ASSERT_EQ(machine.make(7), next);
    finish();
    EXPECT_EQ(absent, std::nullopt);
    EXPECT_EQ(machine.read(next), 7u);
}

TEST_F(StoreScheduleTest, AnErasureThatOvertakesALoadIsSeen) {
    const Snapshot old = machine->snapshot();
    start_loader("load:read", old);
    Transaction transaction = machine.begin();
    transaction.erase(id);
    transaction.commit();
    machine->trim_cache();
    finish();
    EXPECT_EQ(loaded, 1u);
    EXPECT_EQ(machine.read(id), std::nullopt);
    EXPECT_EQ(get(old, id), 1u);
}

TEST_F(StoreScheduleTest, ACommitThatFailsWhileALoadRunsLeavesItsIntervalOpen) {
    start_loader("load:read", machine->snapshot());
    machine.disk->fail_write(1, Failure::clean);
    schedule.hold("writer", "commit:leading");
    schedule.start("writer", [this] { machine.overwrite(empty, id, 2); });
    schedule.await("writer");  // its version is linked above the one that is being loaded
    EXPECT_EQ(machine.read(id), 1u);
    schedule.release("writer");
    EXPECT_THROW(schedule.join("writer"), StorageError);
    finish();
    EXPECT_EQ(loaded, 1u);
    machine.make(0);  // takes the failed commit's number
    EXPECT_EQ(machine.read(id), 1u);
    EXPECT_EQ(machine.update(id, 5), v(3));
    EXPECT_EQ(machine.read(id), 5u);
}

}  // namespace
}  // namespace vitrine::mvcc::test
