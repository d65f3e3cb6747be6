#include "mvcc/log_persist.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "mvcc/past.hpp"
#include "tests/mvcc/fixture.hpp"

namespace vitrine::mvcc::test {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20;
constexpr std::size_t kSmall = std::size_t{16} << 10;

StoreOptions logged(std::size_t bytes, StoreOptions options = {}) {
    options.log_bytes = bytes;
    return options;
}

/// What a process that died now would find.
Machine after_crash(const Machine& machine, StoreOptions options = {}) {
    return open(options, machine.disk->copy());
}

TEST(LogPersistTest, CommitsAreInTheLogAndTheStorageFollows) {
    const Machine machine = open(logged(kLarge));
    const ObjectId id = machine.make(1);
    ASSERT_TRUE(machine.disk->state().log);
    const Version stored = machine.disk->state().newest;
    for (std::uint64_t i = 2; i < 100; ++i) machine.update(id, i);
    EXPECT_EQ(machine.disk->state().newest, stored);
    EXPECT_EQ(machine->durable_version(), machine->version());
    EXPECT_EQ(after_crash(machine).read(id), 99);

    machine->write_through();
    EXPECT_EQ(machine.disk->state().newest, machine->version());
    EXPECT_EQ(machine.rows(id), 1U);
    EXPECT_EQ(machine.read(id), 99);
    // Of a hundred versions two were ever written.
    EXPECT_EQ(machine->stats().objects_written, 2U);
}

TEST(LogPersistTest, AProgramThatCommitsLittleHasNoLog) {
    StoreOptions options;
    options.log_bytes.reset();
    auto storage = core::memory::open();
    MemoryStorage* disk = storage.get();
    const Machine machine{disk, Store::open(std::move(storage), options, {})};
    const ObjectId id = machine.make(1);
    for (std::uint64_t i = 2; i < 8; ++i) machine.update(id, i);
    EXPECT_FALSE(disk->state().log);
    EXPECT_EQ(disk->state().newest, machine->version());
    for (std::uint64_t i = 8; i < 20; ++i) machine.update(id, i);
    EXPECT_TRUE(disk->state().log);
    EXPECT_LT(disk->state().newest, machine->version());
}

TEST(LogPersistTest, ACleanEndLeavesNoLog) {
    std::unique_ptr<MemoryStorage> rest;
    ObjectId id;
    {
        const Machine machine = open(logged(kLarge));
        rest = machine.disk->reopen();
        id = machine.make(1);
        machine.update(id, 2);
        ASSERT_TRUE(rest->state().log);
    }
    EXPECT_FALSE(rest->state().log);
    EXPECT_THROW(static_cast<void>(rest->open_log()), std::exception);
    EXPECT_EQ(open({}, std::move(rest)).read(id), 2);
}

TEST(LogPersistTest, WhatASnapshotSeesOfTheBacklogComesToTheStorage) {
    const Machine machine = open(logged(kLarge));
    const ObjectId id = machine.make(1);
    machine.update(id, 2);
    const Snapshot two = machine->snapshot();
    for (std::uint64_t i = 3; i < 50; ++i) machine.update(id, i);
    const Snapshot middle = machine->snapshot();
    for (std::uint64_t i = 50; i < 100; ++i) machine.update(id, i);
    machine->write_through();
    machine->trim_cache();
    EXPECT_EQ(get(two, id), 2);
    EXPECT_EQ(get(middle, id), 49);
    EXPECT_EQ(machine.read(id), 99);
    EXPECT_EQ(machine.rows(id), 3U);
}

TEST(LogPersistTest, RecoveryKeepsHistoryAndNotes) {
    StoreOptions options = logged(kLarge);
    options.retention = Retention::commits(20);
    const Machine machine = open(options);
    const ObjectId id = machine.make(1);
    for (std::uint64_t i = 2; i < 60; ++i) machine.update(id, i);
    const Machine again = after_crash(machine, options);
    EXPECT_EQ(again->version(), machine->version());
    const auto there = commits(*again, {}, 1000);
    const auto expected = commits(*machine, {}, 1000);
    ASSERT_EQ(there.size(), expected.size());
    for (std::size_t i = 0; i < there.size(); ++i) {
        EXPECT_EQ(there[i].version, expected[i].version);
        EXPECT_EQ(there[i].time, expected[i].time);
        EXPECT_EQ(there[i].changed, expected[i].changed);
    }
    EXPECT_EQ(history(*again, id).size(), history(*machine, id).size());
    EXPECT_EQ(get(again->snapshot_at(Version{machine->version().value() - 10}), id), 49);
}

TEST(LogPersistTest, RecoveryThatIsInterruptedBeginsAnew) {
    const Machine machine = open(logged(kLarge));
    const ObjectId id = machine.make(1);
    const ObjectId gone = machine.make(5);
    for (std::uint64_t i = 2; i < 20; ++i) machine.update(id, i);
    Transaction transaction = machine.begin();
    transaction.erase(gone);
    transaction.commit();
    auto crashed = machine.disk->copy();
    auto again = crashed->reopen();
    crashed->fail_write(1, Failure::clean);
    EXPECT_THROW(open({}, std::move(crashed)), StorageError);
    const Machine opened = open({}, std::move(again));
    EXPECT_EQ(opened.read(id), 19);
    EXPECT_EQ(opened.read(gone), std::nullopt);
    EXPECT_FALSE(opened.disk->state().log);
    EXPECT_NE(opened.make(7), gone);
}

TEST(LogPersistTest, AStorageThatCannotFollowIsToldToWhoFindsNoRoom) {
    const Machine machine = open(logged(kSmall));
    const ObjectId id = machine.make(1);
    // Every checkpoint fails: those of the thread, which try again, too.
    std::atomic<bool> full{true};
    machine.disk->on_write([&](const core::Batch&) {
        if (full) throw StorageError("a full disk");
    });
    std::uint64_t done = 1;
    EXPECT_THROW(for (; done < 1000; ++done) machine.update(id, done + 1), StorageError);
    EXPECT_GT(done, 5U);
    EXPECT_EQ(machine.read(id), done);
    EXPECT_EQ(after_crash(machine).read(id), done);
    full = false;
    machine.update(id, 5000);
    EXPECT_EQ(machine.read(id), 5000);
    machine->write_through();
    EXPECT_EQ(machine.rows(id), 1U);
}

TEST(LogPersistTest, ALogInDoubtTakesNoMore) {
    for (const Failure failure : {Failure::in_doubt, Failure::in_doubt_stored}) {
        const Machine machine = open(logged(kLarge));
        const ObjectId id = machine.make(1);
        machine.update(id, 2);
        machine.disk->fail_append(1, failure);
        EXPECT_THROW(machine.update(id, 3), StorageError);
        EXPECT_THROW(machine.update(id, 4), StorageError);
        EXPECT_EQ(machine.read(id), 2);
        EXPECT_EQ(after_crash(machine).read(id), failure == Failure::in_doubt ? 2 : 3);
    }
}

TEST(LogPersistTest, ALargeBatchGoesStraightIntoTheStorageInItsOrder) {
    const Machine machine = open(logged(kSmall));
    const ObjectId small = machine.make(1);
    machine.update(small, 2);
    const ObjectId large = machine.make(3, 2000);
    EXPECT_EQ(machine.disk->state().newest, machine->version());
    machine.update(small, 4);
    const Machine again = after_crash(machine);
    EXPECT_EQ(again.read(small), 4);
    EXPECT_EQ(again.read(large), 3);
}

/// Counters that several threads raise, while others look, trim and crash.
struct LogLoadTest : testing::TestWithParam<bool> {};

TEST_P(LogLoadTest, EveryCopyHasAPrefix) {
    constexpr std::size_t kThreads = 3;
    constexpr std::uint64_t kEach = 300;
    StoreOptions options = logged(kSmall);
    options.cache_bytes = 8 << 10;
    if (!GetParam()) {
        options.durability = Durability::deferred;
        options.flush_interval = std::chrono::milliseconds(1);
    }
    const Machine machine = open(options);
    std::vector<ObjectId> counters;
    for (std::size_t i = 0; i < kThreads; ++i) counters.push_back(machine.make(0));
    const ObjectId sum = machine.make(0);
    machine->flush();
    std::atomic<std::size_t> running{kThreads};
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < kThreads; ++t)
            threads.emplace_back([&, t] {
                for (std::uint64_t n = 1; n <= kEach;) {
                    Transaction transaction = machine.begin();
                    set(transaction, counters[t], n);
                    set(transaction, sum, *get(transaction, sum) + 1);
                    try {
                        transaction.commit();
                        ++n;
                    } catch (const ConflictError&) {
                        std::this_thread::yield();
                    }
                }
                --running;
            });
        const auto expect_sound = [&](const Snapshot& snapshot) {
            std::uint64_t all = 0;
            for (const ObjectId id : counters) all += *get(snapshot, id);
            EXPECT_EQ(get(snapshot, sum), all);
        };
        threads.emplace_back([&] {
            while (running != 0) {
                const Snapshot held = machine->snapshot();
                expect_sound(held);
                machine->trim_cache();
                std::this_thread::yield();
                expect_sound(held);
            }
        });
        while (running != 0) {
            const Version durable = machine->durable_version();
            const Machine again = after_crash(machine);
            EXPECT_GE(again->version(), durable);
            expect_sound(again->snapshot());
        }
    }
    machine->write_through();
    EXPECT_EQ(machine.read(sum), kThreads * kEach);
    machine->write_through();
    EXPECT_EQ(after_crash(machine).read(sum), kThreads * kEach);
}

INSTANTIATE_TEST_SUITE_P(Durabilities, LogLoadTest, testing::Bool(), [](const auto& instance) {
    return std::string(instance.param ? "Full" : "Deferred");
});

}  // namespace
}  // namespace vitrine::mvcc::test
