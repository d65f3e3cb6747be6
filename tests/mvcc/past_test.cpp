#include "mvcc/past.hpp"

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/mvcc/fixture.hpp"
#include "tests/support/schedule.hpp"

namespace vitrine::mvcc::test {
namespace {

StoreOptions keeping(Retention retention, StoreOptions options = {}) {
    options.retention = retention;
    return options;
}

std::vector<std::uint64_t> versions_of(const Machine& machine, ObjectId id) {
    std::vector<std::uint64_t> versions;
    for (const PastVersion& version : history(*machine, id))
        versions.push_back(version.info.version.value());
    return versions;
}

/// Makes the entries of the log older than they are.
void age(MemoryStorage& storage, std::chrono::hours by) {
    const core::StorageState state = storage.state();
    core::Batch batch;
    batch.newest = state.newest;
    batch.time = state.time - by;
    batch.next_object_id = state.next_object_id;
    batch.history = state.history;
    for (core::CommitRow commit : storage.commits({}, core::Storage::kUnlimited)) {
        commit.time -= by;
        batch.commits.push_back(commit);
    }
    storage.write(batch);
}

TEST(PastTest, EveryVersionStaysReadableForeverAcrossReopening) {
    std::unique_ptr<MemoryStorage> disk;
    ObjectId id;
    {
        const Machine machine = open(keeping(Retention::forever()));
        id = machine.make(1);
        for (std::uint64_t i = 2; i <= 50; ++i) machine.update(id, i);
        disk = machine.disk->reopen();
    }
    const Machine machine = open({}, std::move(disk));
    EXPECT_EQ(machine->horizon().rule(), Retention::forever()) << "as stored";
    for (std::uint64_t i = 1; i <= 50; ++i) {
        const Snapshot past = machine->snapshot_at(v(i));
        EXPECT_EQ(past.version(), v(i));
        EXPECT_EQ(get(past, id), i);
        EXPECT_EQ(machine->snapshot_at(past.time()).version(), v(i));
        EXPECT_EQ(machine->snapshot_at(past.time() - core::Time::duration{1}).version(), v(i - 1));
    }
    EXPECT_EQ(get(machine->snapshot_at(v(0)), id), std::nullopt);
}

TEST(PastTest, ACountKeepsThatManyCommitsBeforeTheNewest) {
    const Machine machine = open(keeping(Retention::commits(3)));
    const ObjectId id = machine.make(1);
    for (std::uint64_t i = 2; i <= 10; ++i) machine.update(id, i);
    for (std::uint64_t i = 7; i <= 10; ++i) EXPECT_EQ(get(machine->snapshot_at(v(i)), id), i);
    EXPECT_THROW(machine->snapshot_at(v(6)), SnapshotTooOldError);
    EXPECT_EQ(machine.rows(id), 4u);
    EXPECT_EQ(versions_of(machine, id), (std::vector<std::uint64_t>{10, 9, 8, 7}));
    EXPECT_EQ(machine.disk->commits({}, 100).size(), 4u) << "the log is as long";
}

TEST(PastTest, WithoutARetentionOnlyTheNewestVersionCanBeAskedFor) {
    const Machine machine = open();
    const ObjectId id = machine.make(1);
    machine.update(id, 2);
    EXPECT_EQ(get(machine->snapshot_at(v(2)), id), 2u);
    EXPECT_THROW(machine->snapshot_at(v(1)), SnapshotTooOldError);
    EXPECT_THROW(machine->snapshot_at(v(3)), NotFoundError);
    EXPECT_TRUE(commits(*machine, {}, 10).empty());
    EXPECT_EQ(versions_of(machine, id), std::vector<std::uint64_t>{2});
    const core::Time now = machine->snapshot().time();
    EXPECT_EQ(machine->snapshot_at(now).version(), v(2));
    EXPECT_THROW(machine->snapshot_at(now - core::Time::duration{1}), SnapshotTooOldError);
}

TEST(PastTest, ADurationKeepsWhatWasTheNewestWithinIt) {
    std::unique_ptr<MemoryStorage> disk;
    ObjectId id;
    {
        const Machine machine = open(keeping(Retention::duration(std::chrono::hours{1})));
        id = machine.make(1);
        for (std::uint64_t i = 2; i <= 5; ++i) machine.update(id, i);
        EXPECT_EQ(get(machine->snapshot_at(v(1)), id), 1u);
        disk = machine.disk->reopen();
    }
    age(*disk, std::chrono::hours{2});
    const Machine machine = open({}, std::move(disk));
    EXPECT_EQ(get(machine->snapshot_at(v(1)), id), 1u) << "freed by commits, not by time alone";
    machine.update(id, 6);
    EXPECT_EQ(get(machine->snapshot_at(v(5)), id), 5u) << "it was the newest an hour ago";
    EXPECT_THROW(machine->snapshot_at(v(4)), SnapshotTooOldError);
    machine.update(id, 7);
    EXPECT_EQ(versions_of(machine, id), (std::vector<std::uint64_t>{7, 6, 5}));
    EXPECT_EQ(machine.rows(id), 3u);
}

TEST(PastTest, ALongerRetentionBeginsWithTheNewestVersion) {
    std::unique_ptr<MemoryStorage> disk;
    ObjectId id;
    {
        const Machine machine = open();
        id = machine.make(1);
        machine.update(id, 2);
        disk = machine.disk->reopen();
    }
    const Machine machine = open(keeping(Retention::forever()), std::move(disk));
    machine.update(id, 3);
    EXPECT_EQ(get(machine->snapshot_at(v(2)), id), 2u);
    EXPECT_THROW(machine->snapshot_at(v(1)), SnapshotTooOldError);
    EXPECT_EQ(machine->snapshot_at(v(2)).time(), machine->time_of(v(2)));
}

TEST(PastTest, AShorterRetentionDropsHistoryStepByStep) {
    constexpr std::size_t kObjects = 3500;
    std::unique_ptr<MemoryStorage> disk;
    std::vector<ObjectId> ids;
    {
        const Machine machine = open(keeping(Retention::forever()));
        for (std::uint64_t round = 0; round < 2; ++round) {
            Transaction transaction = machine.begin();
            for (std::size_t i = 0; i < kObjects; ++i) {
                if (round == 0) ids.push_back(create(transaction, 0));
                if (round != 0) set(transaction, ids[i], round);
            }
            transaction.commit();
        }
        disk = machine.disk->reopen();
    }
    const Machine machine = open(keeping(Retention::none()), std::move(disk));
    EXPECT_THROW(machine->snapshot_at(v(1)), SnapshotTooOldError);
    std::size_t rows = machine.rows();
    EXPECT_EQ(rows, 2 * kObjects);
    for (int i = 0; i < 8 && rows > kObjects + 8; ++i) {
        machine.make(0);
        const std::size_t left = machine.rows();
        EXPECT_LT(left, rows);
        EXPECT_LE(rows - left, 1100u) << "in bounded steps";
        rows = left;
    }
    EXPECT_LE(rows, kObjects + 8);
    EXPECT_TRUE(machine.disk->commits({}, 10).empty());
    EXPECT_TRUE(machine.disk->witnesses().empty());
}

TEST(PastTest, TheLogHasNotesAndWhatEachCommitChanged) {
    const Machine machine = open(keeping(Retention::forever()));
    const ObjectId one = machine.make(1);
    const ObjectId other = machine.make(2);
    TransactionOptions options;
    options.note = "both";
    Transaction transaction(*machine, machine->snapshot(), options);
    set(transaction, one, 3);
    transaction.erase(other);
    transaction.commit();
    const auto log = commits(*machine, v(1), 10);
    ASSERT_EQ(log.size(), 2u);
    EXPECT_EQ(log[1].version, v(3));
    EXPECT_EQ(log[1].note, "both");
    EXPECT_EQ(log[1].changed, (std::vector{core::to_ref(one), core::to_ref(other)}));
    EXPECT_LT(log[0].time, log[1].time);
    EXPECT_EQ(commits(*machine, v(0), 2).size(), 2u);
    const auto erased = history(*machine, other);
    ASSERT_EQ(erased.size(), 2u);
    EXPECT_TRUE(erased[0].info.erased);
    EXPECT_EQ(erased[0].info.note, "both");
    EXPECT_FALSE(erased[1].info.erased);
}

TEST(PastTest, AVersionThatIsNotOnDiskYetCanBeAskedFor) {
    const Machine machine = open(keeping(Retention::forever(), deferred()));
    const ObjectId id = machine.make(1);
    for (std::uint64_t i = 2; i <= 9; ++i) machine.update(id, i);
    const core::Time fifth = machine->time_of(v(5));
    machine->trim_cache();
    EXPECT_EQ(machine.disk->writes(), 1u) << "the rule itself";
    EXPECT_EQ(get(machine->snapshot_at(v(4)), id), 4u);
    EXPECT_EQ(get(machine->snapshot_at(fifth), id), 5u);
    EXPECT_EQ(commits(*machine, {}, 100).size(), 9u) << "which waits for the disk";
    machine->trim_cache();
    EXPECT_EQ(get(machine->snapshot_at(fifth), id), 5u);
}

TEST(PastTest, AFailedBatchTakesNoHistoryAway) {
    const Machine machine = open(keeping(Retention::commits(1)));
    const ObjectId id = machine.make(1);
    machine.update(id, 2);
    machine.disk->fail_write(1, Failure::clean);
    EXPECT_THROW(machine.update(id, 3), StorageError);
    EXPECT_EQ(get(machine->snapshot_at(v(1)), id), 1u);
    machine.update(id, 4);
    EXPECT_EQ(get(machine->snapshot_at(v(2)), id), 2u);
    EXPECT_THROW(machine->snapshot_at(v(1)), SnapshotTooOldError);
}

TEST(PastTest, ASnapshotOfThePastKeepsItsTimeWhenTheLogIsCut) {
    const Machine machine = open(keeping(Retention::commits(3)));
    const ObjectId id = machine.make(1);
    for (std::uint64_t i = 2; i <= 4; ++i) machine.update(id, i);
    const Snapshot past = machine->snapshot_at(v(1));
    const core::Time time = past.time();
    for (std::uint64_t i = 5; i <= 9; ++i) machine.update(id, i);
    EXPECT_FALSE(machine.disk->next_commit(v(1))->version == v(1)) << "its entry is gone";
    EXPECT_EQ(past.time(), time);
}

TEST(PastTest, AnErasedObjectsRowsAllGo) {
    const Machine machine = open();
    const ObjectId id = machine.make(1);
    Snapshot held = machine->snapshot();
    {
        Transaction erasing = machine.begin();
        erasing.erase(id);
        erasing.commit();
    }
    machine.make(0);
    EXPECT_EQ(machine.rows(id), 2u) << "the held version, and where it ends";
    machine->trim_cache();
    EXPECT_EQ(get(held, id), 1u);
    EXPECT_EQ(machine.read(id), std::nullopt);
    held = {};
    machine.make(0);
    EXPECT_EQ(machine.rows(id), 0u);
    EXPECT_TRUE(machine.disk->witnesses().empty());
    machine->trim_cache();
    EXPECT_EQ(machine.read(id), std::nullopt);
}

// The snapshot opens between the plan that erased the row and its publication (D2): its orphan is
// written anew, and must not be taken for the newest version.
TEST(PastScheduleTest, AnOrphanOfAnErasedObjectDoesNotComeBack) {
    const Machine machine = open();
    const Snapshot empty = machine->snapshot();
    const ObjectId id = machine.make(1);
    vitrine::test::Schedule schedule;
    schedule.hold("eraser", "commit:publishing");
    schedule.start("eraser", [&] {
        machine->pipeline().commit(empty, Isolation::snapshot,
                                   [&](CommitContext& context) { context.erase(id, kNumber); });
    });
    schedule.await("eraser");
    Snapshot in_window = machine->snapshot();
    schedule.release("eraser");
    schedule.join("eraser");
    for (int round = 0; round < 3; ++round) {
        machine.make(0);
        machine->trim_cache();
        EXPECT_EQ(get(in_window, id), 1u);
        EXPECT_EQ(machine.read(id), std::nullopt) << "round " << round;
    }
    in_window = {};
    machine.make(0);
    EXPECT_EQ(machine.rows(id), 0u);
    machine->trim_cache();
    EXPECT_EQ(machine.read(id), std::nullopt);
}

// H3, one order: the pin stands before the batch raises the horizon, and the batch sees it.
TEST(PastScheduleTest, ARowPinnedJustBeforeTheHorizonRisesStays) {
    const Machine machine = open(keeping(Retention::commits(1)));
    const ObjectId id = machine.make(1);
    machine.update(id, 2);
    vitrine::test::Schedule schedule;
    Snapshot past;
    schedule.hold("reader", "pins:past");
    schedule.start("reader", [&] { past = machine->snapshot_at(v(1)); });
    schedule.await("reader");
    schedule.release("reader");
    schedule.join("reader");
    for (std::uint64_t i = 3; i <= 6; ++i) machine.update(id, i);
    machine->trim_cache();
    EXPECT_EQ(get(past, id), 1u);
    EXPECT_EQ(machine.rows(id), 3u) << "the pinned one, and the two of the retention";
}

// The other: the horizon rises while the reader stands between its pin and its second look.
TEST(PastScheduleTest, AReaderWhomTheHorizonOvertookIsRefused) {
    const Machine machine = open(keeping(Retention::commits(1)));
    const ObjectId id = machine.make(1);
    machine.update(id, 2);
    vitrine::test::Schedule schedule;
    bool refused = false;
    schedule.hold("reader", "pins:past");
    schedule.start("reader", [&] {
        try {
            machine->snapshot_at(v(1));
        } catch (const SnapshotTooOldError&) {
            refused = true;
        }
    });
    schedule.await("reader");
    machine.update(id, 3);
    schedule.release("reader");
    schedule.join("reader");
    EXPECT_TRUE(refused);
    machine.update(id, 4);
    machine.update(id, 5);
    EXPECT_EQ(machine.rows(id), 2u) << "its pin keeps nothing";
}

// The batch has raised the horizon and not yet looked at the pins.
TEST(PastScheduleTest, NobodyPinsBelowAHorizonThatIsRising) {
    const Machine machine = open(keeping(Retention::commits(1)));
    const ObjectId id = machine.make(1);
    machine.update(id, 2);
    vitrine::test::Schedule schedule;
    schedule.hold("writer", "persist:raised");
    schedule.start("writer", [&] { machine.update(id, 3); });
    schedule.await("writer");
    EXPECT_THROW(machine->snapshot_at(v(1)), SnapshotTooOldError);
    const Snapshot newest = machine->snapshot_at(v(2));
    schedule.release("writer");
    schedule.join("writer");
    EXPECT_EQ(get(newest, id), 2u);
}

}  // namespace
}  // namespace vitrine::mvcc::test
