#include "mvcc/pipeline.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/mvcc/fixture.hpp"
#include "tests/support/schedule.hpp"

namespace vitrine::mvcc::test {
namespace {

TEST(PipelineTest, ACommitThatReturnedIsVisibleAndOnDisk) {
    const Machine machine = open();
    const ObjectId id = machine.make(5);
    EXPECT_EQ(machine->version(), v(1));
    EXPECT_EQ(machine->durable_version(), v(1));
    const Machine next = open({}, machine.disk->reopen());
    EXPECT_EQ(next->version(), v(1));
    EXPECT_EQ(next.read(id), 5u);
}

TEST(PipelineTest, ADeferredCommitIsVisibleFirstAndDurableAfterAFlush) {
    const Machine machine = open(deferred());
    const ObjectId id = machine.make(5);
    EXPECT_EQ(machine.read(id), 5u);
    EXPECT_EQ(machine->durable_version(), v(0));
    EXPECT_EQ(machine.rows(), 0u);
    EXPECT_EQ(machine->flush(), v(1));
    EXPECT_EQ(machine->durable_version(), v(1));
    EXPECT_EQ(machine.rows(), 1u);
}

TEST(PipelineTest, CommitTimesStrictlyIncrease) {
    const Machine machine = open(deferred());
    std::vector<Snapshot> snapshots;
    for (std::uint64_t i = 0; i < 100; ++i) {
        machine.make(i);
        snapshots.push_back(machine->snapshot());
    }
    for (std::size_t i = 1; i < snapshots.size(); ++i)
        ASSERT_LT(snapshots[i - 1].time(), snapshots[i].time());
    machine->flush();
    EXPECT_LT(snapshots[0].time(), snapshots[99].time()) << "kept as long as they are pinned";
    const core::Time last = snapshots[99].time();
    const Machine next = open({}, machine.disk->reopen());
    EXPECT_EQ(next->snapshot().time(), last);
}

TEST(PipelineTest, TimesThatNobodyCanAskForAreForgotten) {
    const Machine machine = open();
    for (std::uint64_t i = 0; i < 3; ++i) machine.make(i);
    EXPECT_THROW(static_cast<void>(machine->time_of(v(1))), NotFoundError);
    EXPECT_NO_THROW(static_cast<void>(machine->time_of(v(3))));
}

TEST(PipelineTest, AFailedWriteShowsNothingAndTheStoreGoesOn) {
    const Machine machine = open();
    const ObjectId id = machine.make(1);
    machine.disk->fail_write(1, Failure::clean);
    EXPECT_THROW(machine.update(id, 2), StorageError);
    EXPECT_EQ(machine.read(id), 1u);
    EXPECT_EQ(machine->version(), v(1));
    EXPECT_EQ(machine.update(id, 3), v(2)) << "the number is given again";
    EXPECT_EQ(machine.read(id), 3u);
    const Machine next = open({}, machine.disk->reopen());
    EXPECT_EQ(next.read(id), 3u);
}

TEST(PipelineTest, AFailedErasureShowsTheObjectStill) {
    const Machine machine = open();
    const ObjectId id = machine.make(1);
    const ObjectId dropped = machine.make(2);
    machine.disk->fail_write(1, Failure::clean);
    Transaction transaction = machine.begin();
    transaction.erase(id);
    EXPECT_THROW(transaction.commit(), StorageError);
    machine.disk->fail_write(1, Failure::clean);
    const Snapshot base = machine->snapshot();
    EXPECT_THROW(machine->pipeline().commit(base, Isolation::snapshot,
                                            [&](CommitContext& c) { c.drop(dropped); }),
                 StorageError);
    EXPECT_EQ(machine.read(id), 1u);
    EXPECT_EQ(machine.read(dropped), 2u);
}

TEST(PipelineTest, AMessageOfAFailureIsPassedOnAndAnEmptyOneIsNoSuccess) {
    const Machine machine = open();
    machine.disk->on_write([](const core::Batch&) { throw StorageError(""); });
    EXPECT_THROW(machine.make(1), StorageError);
    machine.disk->on_write([](const core::Batch&) { throw StorageError("no space on the moon"); });
    try {
        machine.make(1);
        FAIL() << "committed";
    } catch (const StorageError& error) {
        EXPECT_NE(std::string(error.what()).find("moon"), std::string::npos) << error.what();
    }
    machine.disk->on_write({});
    EXPECT_EQ(machine->version(), v(0));
}

TEST(PipelineTest, AMediumInDoubtRefusesWritesAndKeepsReading) {
    for (const Failure failure : {Failure::in_doubt, Failure::in_doubt_stored}) {
        const Machine machine = open();
        const ObjectId id = machine.make(1);
        machine.disk->fail_write(1, failure);
        EXPECT_THROW(machine.update(id, 2), StorageError);
        EXPECT_THROW(machine.update(id, 3), StorageError);
        machine->trim_cache();
        EXPECT_EQ(machine.read(id), 1u);
    }
}

TEST(PipelineTest, ADeferredFailureRefusesWritesKeepsReadingAndFlushThrows) {
    const Machine machine = open(deferred());
    const ObjectId id = machine.make(1);
    machine->flush();
    machine.disk->fail_write(1, Failure::clean);
    machine.update(id, 2);
    EXPECT_THROW(machine->flush(), StorageError);
    EXPECT_THROW(machine.update(id, 3), StorageError);
    EXPECT_THROW(machine->flush(), StorageError);
    machine->trim_cache();
    EXPECT_EQ(machine.read(id), 2u) << "what was visible stays visible";
    EXPECT_EQ(machine->durable_version(), v(1));
    EXPECT_THROW(machine->close(), StorageError);
    const Machine next = open({}, machine.disk->reopen());
    EXPECT_EQ(next.read(id), 1u) << "a prefix";
}

TEST(PipelineTest, ReadOnlyRefusesCommits) {
    const Machine writer = open();
    const ObjectId id = writer.make(1);
    StoreOptions options;
    options.read_only = true;
    const Machine machine = open(options, writer.disk->reopen());
    EXPECT_EQ(machine.read(id), 1u);
    EXPECT_THROW(machine.update(id, 2), UsageError);
    EXPECT_EQ(machine->flush(), v(1));
    EXPECT_EQ(machine.disk->writes(), 0u);
}

TEST(PipelineTest, AnExceptionWhileSequencingLeavesEverythingAsItWas) {
    const Machine machine = open();
    const ObjectId id = machine.make(1);
    const Snapshot base = machine->snapshot();
    EXPECT_THROW(machine->pipeline().commit(base, Isolation::snapshot,
                                            [&](CommitContext& context) {
                                                context.put(id, kNumber, payload_of(2));
                                                context.erase(ObjectId{99}, kNumber);
                                                throw std::bad_alloc();
                                            }),
                 std::bad_alloc);
    EXPECT_EQ(machine.read(id), 1u);
    EXPECT_EQ(machine.update(id, 3), v(2));
}

TEST(PipelineTest, WhatACommitMakesAndDropsNobodySees) {
    const Machine machine = open();
    const Snapshot base = machine->snapshot();
    ObjectId id;
    EXPECT_EQ(machine->pipeline().commit(base, Isolation::snapshot,
                                         [&](CommitContext& context) {
                                             id = context.allocate();
                                             context.put(id, kNumber, payload_of(2));
                                             EXPECT_NE(context.newest(id), nullptr);
                                             context.drop(id);
                                             EXPECT_EQ(context.newest(id), nullptr);
                                         }),
              v(1));
    EXPECT_EQ(machine.read(id), std::nullopt);
    EXPECT_EQ(machine.rows(), 0u);
}

struct PipelineScheduleTest : testing::Test {
    Machine machine = open();
    ObjectId id = machine.make(0);
    ObjectId other = machine.make(0);
    vitrine::test::Schedule schedule;
    void start(const std::string& actor, ObjectId target, std::uint64_t number) {
        schedule.start(actor, [this, target, number] { machine.update(target, number); });
    }
};

TEST_F(PipelineScheduleTest, ASequencedCommitIsInvisibleUntilItsBatchIsWritten) {
    schedule.hold("writer", "commit:publishing");
    start("writer", id, 1);
    schedule.await("writer");
    EXPECT_EQ(machine.read(id), 0u);
    machine->trim_cache();
    EXPECT_EQ(machine.read(id), 0u);
    schedule.release("writer");
    schedule.join("writer");
    EXPECT_EQ(machine.read(id), 1u);
}

TEST_F(PipelineScheduleTest, AFailedBatchTakesTheCommitsQueuedBehindItAndTheStoreGoesOn) {
    machine.disk->fail_write(1, Failure::clean);
    schedule.hold("leader", "commit:leading");
    start("leader", id, 1);
    schedule.await("leader");
    schedule.hold("behind", "commit:sequenced");
    start("behind", other, 2);
    schedule.await("behind");
    schedule.release("leader");
    EXPECT_THROW(schedule.join("leader"), StorageError);
    schedule.release("behind");
    EXPECT_THROW(schedule.join("behind"), StorageError);
    EXPECT_EQ(machine->version(), v(2));
    EXPECT_EQ(machine.read(id), 0u);
    EXPECT_EQ(machine.read(other), 0u);
    EXPECT_EQ(machine.update(id, 7), v(3));
    EXPECT_EQ(machine.update(other, 8), v(4));
    machine->trim_cache();
    EXPECT_EQ(machine.read(id), 7u);
    EXPECT_EQ(machine.read(other), 8u);
}

TEST_F(PipelineScheduleTest, ARollBackOfTwoCommitsToOneObjectRestoresTheFirstPredecessor) {
    const Snapshot base = machine->snapshot();
    machine.disk->fail_write(1, Failure::clean);
    schedule.hold("leader", "commit:leading");
    schedule.start("leader", [&] { machine.overwrite(base, id, 1); });
    schedule.await("leader");
    schedule.hold("behind", "commit:sequenced");
    schedule.start("behind", [&] { machine.overwrite(base, id, 2); });
    schedule.await("behind");
    const Snapshot during = machine->snapshot();
    EXPECT_EQ(get(during, id), 0u);
    schedule.release("leader");
    EXPECT_THROW(schedule.join("leader"), StorageError);
    schedule.release("behind");
    EXPECT_THROW(schedule.join("behind"), StorageError);
    machine->trim_cache();
    EXPECT_EQ(get(during, id), 0u);
    EXPECT_EQ(machine.read(id), 0u);
    machine.update(id, 3);
    EXPECT_EQ(machine.read(id), 3u);
    EXPECT_EQ(get(during, id), 0u);
}

TEST_F(PipelineScheduleTest, ACommitSequencedBehindAnUnwrittenOneIsCheckedAgainstIt) {
    schedule.hold("leader", "commit:leading");
    start("leader", id, 1);
    schedule.await("leader");
    // The loser is told once the winner is visible, and so that a second try can succeed.
    std::atomic<bool> lost{false};
    schedule.hold("loser", "commit:flushing");
    schedule.start("loser", [&] {
        try {
            machine.update(id, 2);
        } catch (const ConflictError& conflict) {
            lost = conflict.with() == v(3) && machine->version() >= conflict.with();
        }
    });
    schedule.await("loser");
    schedule.release("loser");
    EXPECT_FALSE(lost);
    schedule.release("leader");
    schedule.join("leader");
    schedule.join("loser");
    EXPECT_TRUE(lost);
    EXPECT_EQ(machine.update(id, 2), v(4));
}

// D3: persisting waits for the publication of what it writes. A snapshot that opens after the plan, and
// before the publication, would miss the row that the batch erases.
TEST(PipelineDeferredScheduleTest, ABatchIsNotPlannedBeforeItsCommitsArePublished) {
    const Machine machine = open(deferred());
    const Snapshot empty = machine->snapshot();
    const ObjectId id = machine.make(0);
    machine->flush();
    vitrine::test::Schedule schedule;
    schedule.hold("writer", "commit:queued");
    schedule.start("writer", [&] { machine.overwrite(empty, id, 1); });
    schedule.await("writer");
    std::atomic<bool> flushed{false};
    schedule.start("flusher", [&] {
        machine->flush();
        flushed = true;
    });
    // It waits for the publication; if it did not, it would end now.
    for (int i = 0; i < 10'000 && !flushed; ++i) std::this_thread::yield();
    machine->trim_cache();
    const Snapshot before = machine->snapshot();
    EXPECT_EQ(get(before, id), 0u);
    schedule.release("writer");
    schedule.join("writer");
    schedule.join("flusher");
    machine->flush();
    machine->trim_cache();
    EXPECT_EQ(get(before, id), 0u);
    EXPECT_EQ(machine.read(id), 1u);
}

}  // namespace
}  // namespace vitrine::mvcc::test
