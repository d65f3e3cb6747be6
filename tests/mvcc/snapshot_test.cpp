#include "mvcc/snapshot.hpp"

#include <thread>
#include <tuple>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/mvcc/fixture.hpp"
#include "tests/support/schedule.hpp"

namespace vitrine::mvcc::test {
namespace {

TEST(SnapshotTest, StillSeesTheOldNumberAfterACommit) {
    const Machine machine = open();
    const ObjectId id = machine.make(1);
    const Snapshot before = machine->snapshot();
    machine.update(id, 2);
    EXPECT_EQ(get(before, id), 1u);
    EXPECT_EQ(machine.read(id), 2u);
    machine->trim_cache();
    EXPECT_EQ(get(before, id), 1u);
    EXPECT_EQ(machine.read(id), 2u);
}

TEST(SnapshotTest, SeesNeitherWhatCameLaterNorLessThanWhatWasErasedLater) {
    const Machine machine = open();
    const ObjectId id = machine.make(1);
    const Snapshot before = machine->snapshot();
    const ObjectId later = machine.make(2);
    Transaction transaction = machine.begin();
    transaction.erase(id);
    transaction.commit();
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(get(before, id), 1u);
        EXPECT_EQ(get(before, later), std::nullopt);
        EXPECT_EQ(machine.read(id), std::nullopt);
        machine->trim_cache();
    }
}

TEST(SnapshotTest, CopiesAndMovesShareOnePin) {
    const Machine machine = open();
    Snapshot one = machine->snapshot();
    Snapshot two = one;
    EXPECT_EQ(machine->open_snapshots(), 1u);
    Snapshot three = std::move(one);
    EXPECT_FALSE(one);
    two = {};
    EXPECT_EQ(machine->open_snapshots(), 1u);
    three = three;
    EXPECT_EQ(three.version(), v(0));
    three = {};
    EXPECT_EQ(machine->open_snapshots(), 0u);
}

TEST(SnapshotTest, AViewKeepsWhatItGaveThroughEvictionAndCollection) {
    const Machine machine = open();
    const ObjectId id = machine.make(1);
    std::optional<View> view{machine->snapshot()};
    const ObjectVersion* seen = view->find(id);
    for (std::uint64_t i = 2; i < 100; ++i) {
        machine.update(id, i);
        machine->trim_cache();
    }
    EXPECT_EQ(number_in(seen->payload()), 1u);
    EXPECT_EQ(number_in(view->find(id)->payload()), 1u);
    View moved = std::move(*view);
    view.reset();
    Epoch::collect();
    EXPECT_EQ(number_in(seen->payload()), 1u);
    View other{machine->snapshot()};
    std::swap(moved, other);
    EXPECT_EQ(number_in(moved.find(id)->payload()), 99u);
    EXPECT_EQ(number_in(other.find(id)->payload()), 1u);
}

TEST(SnapshotTest, AViewThatIsAssignedProtectsWhatTheAssignedOneDid) {
    const Machine machine = open();
    const ObjectId id = machine.make(1);
    std::optional<View> first{machine->snapshot()};
    EXPECT_EQ(number_in(first->find(id)->payload()), 1u);
    machine.update(id, 2);
    machine->trim_cache();  // the first view stands in the way of what this took out
    View second{machine->snapshot()};
    second = std::move(*first);
    first.reset();
    Epoch::collect();
    EXPECT_NE(Epoch::waiting(), 0u);
    second = View{machine->snapshot()};
    Epoch::collect();
    EXPECT_EQ(Epoch::waiting(), 0u);
}

// P1 from end to end: a snapshot that is being opened while commits supersede, erase and evict.
TEST(SnapshotScheduleTest, OneThatIsBeingOpenedWhileCommitsPruneReadsAWholeState) {
    for (const char* place : {"pins:read", "pins:registered"}) {
        const Machine machine = open();
        const Snapshot empty = machine->snapshot();
        const ObjectId a = machine.make(1), b = machine.make(1);
        vitrine::test::Schedule schedule;
        Snapshot opened;
        schedule.hold("opener", place);
        schedule.start("opener", [&] { opened = machine->snapshot(); });
        schedule.await("opener");
        for (std::uint64_t i = 2; i < 6; ++i) {
            machine.overwrite(empty, a, i);
            machine.overwrite(empty, b, i);
            machine->trim_cache();
        }
        schedule.release("opener");
        schedule.join("opener");
        machine->trim_cache();
        EXPECT_EQ(opened.version(), machine->version());
        EXPECT_EQ(get(opened, a), 5u);
        EXPECT_EQ(get(opened, b), 5u);
        machine.overwrite(empty, a, 6);
        machine->trim_cache();
        EXPECT_EQ(get(opened, a), 5u) << place;
    }
}

struct SnapshotConcurrencyTest : testing::TestWithParam<std::tuple<Durability, std::size_t>> {};

// Two objects, always incremented together: whoever sees them apart saw half a commit.
TEST_P(SnapshotConcurrencyTest, ReadersSeeTwoObjectsThatAreIncrementedTogetherEqual) {
    StoreOptions options;
    options.durability = std::get<0>(GetParam());
    options.flush_interval = std::chrono::milliseconds{1};
    options.cache_bytes = std::get<1>(GetParam());
    const Machine machine = open(options);
    const ObjectId a = machine.make(0, 8);
    for (int i = 0; i < 100; ++i) machine.make(0);  // another chunk between them
    const ObjectId b = machine.make(0, 8);

    constexpr std::uint64_t kEach = 300;
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> apart{0}, backwards{0};
    std::vector<std::thread> readers, writers;
    for (int i = 0; i < 2; ++i)
        readers.emplace_back([&, i] {
            std::uint64_t last = 0;
            while (!stop) {
                const Snapshot snapshot = machine->snapshot();
                std::optional<std::uint64_t> one, two;
                if (i == 0) {
                    one = get(snapshot, a);
                    two = get(snapshot, b);
                } else {
                    const View view(snapshot);
                    one = number_in(view.find(a)->payload());
                    two = number_in(view.find(b)->payload());
                }
                if (!one || one != two || get(snapshot, a) != one) ++apart;
                if (one.value_or(0) < last) ++backwards;
                last = one.value_or(0);
            }
        });
    std::thread trimmer([&] {
        while (!stop) machine->trim_cache();
    });
    for (int i = 0; i < 2; ++i)
        writers.emplace_back([&] {
            for (std::uint64_t done = 0; done < kEach;) {
                Transaction transaction = machine.begin();
                const std::uint64_t next = *get(transaction, a) + 1;
                set(transaction, a, next, 8);
                set(transaction, b, next, 8);
                try {
                    transaction.commit();
                    ++done;
                } catch (const ConflictError&) {
                }
            }
        });
    for (auto& writer : writers) writer.join();
    stop = true;
    for (auto& reader : readers) reader.join();
    trimmer.join();
    EXPECT_EQ(apart, 0u);
    EXPECT_EQ(backwards, 0u);
    EXPECT_EQ(machine.read(a), 2 * kEach);
    machine->flush();
    const Machine next = open({}, machine.disk->reopen());
    EXPECT_EQ(next.read(a), 2 * kEach);
    EXPECT_EQ(next.read(b), 2 * kEach);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, SnapshotConcurrencyTest,
                         testing::Combine(testing::Values(Durability::full, Durability::deferred),
                                          testing::Values(std::size_t{0}, std::size_t{1} << 20)),
                         [](const auto& instance) {
                             const bool full = std::get<0>(instance.param) == Durability::full;
                             const bool tiny = std::get<1>(instance.param) == 0;
                             return std::string(full ? "Full" : "Deferred") +
                                    (tiny ? "WithoutCache" : "WithCache");
                         });

}  // namespace
}  // namespace vitrine::mvcc::test
