#include "mvcc/direct_persist.hpp"

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/mvcc/fixture.hpp"
#include "tests/support/schedule.hpp"

namespace vitrine::mvcc::test {
namespace {

TEST(DirectPersistTest, ASupersededRowGoesInTheBatchThatSupersedesIt) {
    const Machine machine = open();
    const Snapshot empty = machine->snapshot();  // pins nothing that matters
    const ObjectId id = machine.make(1);
    machine.overwrite(empty, id, 2);
    EXPECT_EQ(machine.rows(id), 1u);
    EXPECT_EQ(machine.read(id), 2u);
    EXPECT_TRUE(machine.disk->witnesses().empty());
}

TEST(DirectPersistTest, OnlyTheLastVersionInABatchIsWritten) {
    const Machine machine = open(deferred());
    const ObjectId id = machine.make(0);
    for (std::uint64_t i = 1; i <= 100; ++i) machine.update(id, i);
    machine->flush();
    EXPECT_EQ(machine.disk->writes(), 1u);
    EXPECT_EQ(machine.rows(id), 1u);
    EXPECT_EQ(machine->stats().objects_written, 1u);
    machine->trim_cache();
    EXPECT_EQ(machine.read(id), 100u);
}

TEST(DirectPersistTest, VersionsThatABatchPassedOverLeaveTheMemory) {
    constexpr std::uint16_t kWords = 1000;
    const Machine machine = open(deferred());
    const ObjectId id = machine.make(0, kWords);
    for (std::uint64_t i = 1; i <= 100; ++i) machine.update(id, i, kWords);
    machine->flush();
    machine->trim_cache();
    EXPECT_LT(machine->stats().cache_bytes, 2 * kWords * sizeof(Word));
}

TEST(DirectPersistTest, RowsBetweenTwoLiveSnapshotsGoAtOnce) {
    const Machine machine = open(deferred());
    const ObjectId id = machine.make(1);
    const Snapshot old = machine->snapshot();
    for (std::uint64_t i = 2; i <= 5; ++i) {
        machine.update(id, i);
        machine->flush();
    }
    const Snapshot middle = machine->snapshot();
    for (std::uint64_t i = 6; i <= 9; ++i) {
        machine.update(id, i);
        machine->flush();
    }
    EXPECT_EQ(machine.rows(id), 3u) << "old's, middle's, and the newest";
    machine->trim_cache();
    EXPECT_EQ(get(old, id), 1u);
    EXPECT_EQ(get(middle, id), 5u);
    EXPECT_EQ(machine.read(id), 9u);
}

TEST(DirectPersistTest, AKeptRowGoesWithTheBatchAfterItsLastSnapshot) {
    const Machine machine = open(deferred());
    const ObjectId id = machine.make(1);
    machine->flush();
    Snapshot first = machine->snapshot();
    machine.make(0);  // another commit, so that the second snapshot has another number
    Snapshot second = machine->snapshot();
    machine.update(id, 2);
    machine->flush();
    EXPECT_EQ(machine.rows(id), 2u);
    first = {};
    machine.make(0);
    machine->flush();
    machine->trim_cache();
    EXPECT_EQ(get(second, id), 1u) << "the row passed to the next witness";
    EXPECT_EQ(machine.disk->witnesses(), std::vector{second.version()});
    second = {};
    machine.make(0);
    machine->flush();
    EXPECT_EQ(machine.rows(id), 1u);
    EXPECT_TRUE(machine.disk->witnesses().empty());
}

TEST(DirectPersistTest, RowsThatACrashedProcessKeptAreFreedByTheNext) {
    std::unique_ptr<MemoryStorage> after_crash;
    ObjectId id;
    {
        const Machine machine = open(deferred());
        id = machine.make(1);
        machine->flush();
        const Snapshot held = machine->snapshot();
        machine.update(id, 2);
        machine->flush();
        after_crash = machine.disk->reopen();
    }
    const Machine machine = open({}, std::move(after_crash));
    EXPECT_EQ(machine.rows(id), 2u);
    machine.make(0);
    EXPECT_EQ(machine.rows(id), 1u);
    EXPECT_TRUE(machine.disk->witnesses().empty());
    EXPECT_EQ(machine.read(id), 2u);
}

TEST(DirectPersistTest, ManyKeptRowsAreFreedInSeveralBatches) {
    const Machine machine = open(deferred());
    std::vector<ObjectId> ids;
    {
        Transaction transaction = machine.begin();
        for (std::uint64_t i = 0; i < 2500; ++i) ids.push_back(create(transaction, i));
        transaction.commit();
    }
    machine->flush();
    Snapshot held = machine->snapshot();
    {
        Transaction transaction = machine.begin();
        for (const ObjectId id : ids) set(transaction, id, 9999);
        transaction.commit();
    }
    machine->flush();
    EXPECT_EQ(machine.rows(), 5000u);
    held = {};
    for (int batch = 0; batch < 4; ++batch) {
        machine.make(0);
        machine->flush();
    }
    EXPECT_EQ(machine.rows(), 2504u);
    EXPECT_TRUE(machine.disk->witnesses().empty());
}

TEST(DirectPersistTest, AFailedBatchLeavesItsPredecessorsStoredAndEvictable) {
    const Machine machine = open();
    const Snapshot empty = machine->snapshot();
    const ObjectId id = machine.make(1);
    machine.disk->fail_write(1, Failure::clean);
    EXPECT_THROW(machine.overwrite(empty, id, 2), StorageError);
    machine->trim_cache();
    const std::size_t reads = machine.disk->reads();
    EXPECT_EQ(machine.read(id), 1u);
    EXPECT_EQ(machine.disk->reads(), reads + 1) << "it was evicted and loaded";
}

// The write's outcome is unknown: what it may have erased must stay readable.
TEST(DirectPersistTest, ABatchInDoubtTakesNothingAwayFromReaders) {
    for (const Failure failure : {Failure::in_doubt, Failure::in_doubt_stored}) {
        const Machine machine = open();
        const Snapshot empty = machine->snapshot();
        const ObjectId id = machine.make(1);
        const Snapshot before = machine->snapshot();
        const ObjectId other = machine.make(7);
        machine.disk->fail_write(1, failure);
        EXPECT_THROW(machine.overwrite(empty, other, 8), StorageError);
        EXPECT_THROW(machine.overwrite(empty, id, 2), StorageError);
        machine->trim_cache();
        EXPECT_EQ(get(before, id), 1u);
        EXPECT_EQ(machine.read(id), 1u);
        EXPECT_EQ(machine.read(other), 7u);
        EXPECT_EQ(machine->version(), v(2));
    }
}

/// A commit by actor "writer" that overwrites `id` and stands at `place`, its plan made.
struct Window {
    Machine machine = open();
    Snapshot empty = machine->snapshot();
    ObjectId id = machine.make(1);
    vitrine::test::Schedule schedule;

    explicit Window(const char* place) {
        schedule.hold("writer", place);
        schedule.start("writer", [this] { machine.overwrite(empty, id, 2); });
        schedule.await("writer");
    }
    void publish() {
        schedule.release("writer");
        schedule.join("writer");
    }
};

struct DirectPersistScheduleTest : testing::TestWithParam<const char*> {};

TEST_P(DirectPersistScheduleTest, ASnapshotOpenedInTheWindowReadsWhatTheBatchErased) {
    Window w(GetParam());
    Snapshot in_window = w.machine->snapshot();
    EXPECT_EQ(in_window.version(), v(1));
    w.machine->trim_cache();
    w.publish();
    w.machine->trim_cache();
    EXPECT_EQ(w.machine.rows(w.id), 1u) << "the old row is gone";
    EXPECT_EQ(get(in_window, w.id), 1u);
    EXPECT_EQ(w.machine.read(w.id), 2u);

    w.machine.make(0);  // the next batch writes the orphan anew
    EXPECT_EQ(w.machine.rows(w.id), 2u);
    w.machine->trim_cache();
    const std::size_t reads = w.machine.disk->reads();
    EXPECT_EQ(get(in_window, w.id), 1u);
    EXPECT_GT(w.machine.disk->reads(), reads) << "loaded from its new row";

    in_window = {};
    w.machine.make(0);
    EXPECT_EQ(w.machine.rows(w.id), 1u);
    EXPECT_TRUE(w.machine.disk->witnesses().empty());
}

TEST_P(DirectPersistScheduleTest, AnOrphanWhoseSnapshotClosesIsNeverWrittenAgain) {
    Window w(GetParam());
    Snapshot in_window = w.machine->snapshot();
    w.publish();
    EXPECT_EQ(get(in_window, w.id), 1u);
    in_window = {};
    w.machine.make(0);
    EXPECT_EQ(w.machine.rows(w.id), 1u);
    w.machine->trim_cache();
    EXPECT_EQ(w.machine.read(w.id), 2u);
}

TEST_P(DirectPersistScheduleTest, AnOrphanSurvivesAFailedBatch) {
    Window w(GetParam());
    const Snapshot in_window = w.machine->snapshot();
    w.publish();
    w.machine.disk->fail_write(1, Failure::clean);
    EXPECT_THROW(w.machine.make(0), StorageError);
    w.machine->trim_cache();
    EXPECT_EQ(get(in_window, w.id), 1u);
    w.machine.make(0);
    EXPECT_EQ(w.machine.rows(w.id), 2u);
    w.machine->trim_cache();
    EXPECT_EQ(get(in_window, w.id), 1u);
}

TEST_P(DirectPersistScheduleTest, AnOrphanStaysRightThroughLaterVersions) {
    Window w(GetParam());
    const Snapshot in_window = w.machine->snapshot();
    w.publish();
    for (std::uint64_t i = 3; i < 8; ++i) {
        w.machine.overwrite(w.empty, w.id, i);
        w.machine->trim_cache();
        EXPECT_EQ(get(in_window, w.id), 1u);
        EXPECT_EQ(w.machine.read(w.id), i);
        EXPECT_EQ(w.machine.rows(w.id), 2u);
    }
}

INSTANTIATE_TEST_SUITE_P(Windows, DirectPersistScheduleTest,
                         testing::Values("persist:planned", "persist:written", "commit:publishing"),
                         [](const auto& instance) {
                             std::string name = instance.param;
                             name[name.find(':')] = '_';
                             return name;
                         });

TEST(DirectPersistSettlingScheduleTest, ASnapshotOfTheNewVersionOpenedWhileSettlingChangesNothing) {
    Window w("persist:settling");
    const Snapshot fresh = w.machine->snapshot();
    EXPECT_EQ(fresh.version(), v(2));
    EXPECT_EQ(get(fresh, w.id), 2u);
    w.publish();
    w.machine->trim_cache();
    EXPECT_EQ(get(fresh, w.id), 2u);
    w.machine.make(0);
    EXPECT_EQ(w.machine.rows(w.id), 1u);
}

}  // namespace
}  // namespace vitrine::mvcc::test
