#include "mvcc/checkpoint.hpp"

#include <map>
#include <memory>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "core/record.hpp"
#include "tests/mvcc/fixture.hpp"

namespace vitrine::mvcc::test {
namespace {

/// A log so small that a step takes a few objects, and so large that none begins by itself.
StoreOptions in_steps() {
    StoreOptions options;
    options.log_bytes = 32 << 10;
    return options;
}

struct CheckpointTest : testing::Test {
    CheckpointTest() {
        Transaction transaction = machine.begin();
        for (std::uint64_t i = 0; i < 200; ++i) ids.push_back(create(transaction, i));
        transaction.commit();
        machine->write_through();
    }
    /// Objects changed, some twice, some made, some erased.
    void change_some() {
        for (int i = 0; i < 4; ++i) change();
    }
    void change() {
        Transaction transaction = machine.begin();
        for (int k = 0; k < 24; ++k) {
            const ObjectId id = ids[random() % ids.size()];
            if (get(transaction, id)) set(transaction, id, ++number);
        }
        if (random() % 2 == 0) ids.push_back(create(transaction, ++number));
        if (random() % 2 == 0) {
            const ObjectId id = ids[random() % ids.size()];
            if (get(transaction, id)) transaction.erase(id);
        }
        transaction.commit();
    }
    using Contents = std::map<ObjectId, std::uint64_t>;
    [[nodiscard]] Contents contents(const Machine& of) const {
        Contents result;
        const Snapshot snapshot = of->snapshot();
        for (const ObjectId id : ids)
            if (const auto found = get(snapshot, id)) result[id] = *found;
        return result;
    }
    void expect_same(const Machine& again) {
        EXPECT_EQ(again->version(), machine->version());
        EXPECT_EQ(contents(again), contents(machine));
        // No row too many, and nothing that depends on the log.
        again->write_through();
        std::size_t rows = 0;
        again.disk->scan({}, MemoryStorage::kUnlimited, [&](core::RowKey, Words row) {
            rows += row.size() > core::kRowHeaderWords ? 1U : 0U;  // no tombstone
            return true;
        });
        EXPECT_EQ(rows, contents(again).size());
        EXPECT_FALSE(again.disk->state().step);
    }

    const Machine machine = open(in_steps());
    std::vector<ObjectId> ids;
    std::mt19937 random{1};
    std::uint64_t number = 1000;
};

TEST_F(CheckpointTest, GoesUpByObjectInBatchesThatEachNameTheNext) {
    change_some();
    std::vector<core::StorageState> states;
    std::vector<core::RowKey> rows;
    core::ObjectId below{};
    const core::StorageState before = machine.disk->state();
    const Version target = machine->version();
    machine.disk->on_write([&](const core::Batch& batch) {
        for (const core::RowPut& put : batch.puts) {
            EXPECT_GE(put.id, below);
            if (batch.step) {
                EXPECT_LT(put.id, batch.step->below);
            }
        }
        if (batch.step) {
            EXPECT_EQ(batch.step->to, target);
            EXPECT_EQ(batch.newest, before.newest);
            EXPECT_EQ(batch.log, before.log);
            below = batch.step->below;
        } else {
            EXPECT_EQ(batch.newest, target);
        }
        states.push_back(machine.disk->state());
    });
    machine->write_through();
    EXPECT_GT(states.size(), 2U);
    EXPECT_FALSE(machine.disk->state().step);
    machine.disk->on_write({});
    expect_same(machine);
}

TEST_F(CheckpointTest, ACrashBetweenAnyTwoStepsLosesNothing) {
    for (int round = 0; round < 5; ++round) {
        change_some();
        std::vector<std::unique_ptr<MemoryStorage>> crashes;
        machine.disk->on_write(
            [&](const core::Batch&) { crashes.push_back(machine.disk->copy()); });
        machine->write_through();
        machine.disk->on_write({});
        ASSERT_GT(crashes.size(), 2U);
        for (auto& crash : crashes) expect_same(open({}, std::move(crash)));
    }
}

TEST_F(CheckpointTest, ACrashInTheMendingOfOneLosesNothing) {
    change_some();
    std::unique_ptr<MemoryStorage> crash;
    machine.disk->on_write([&](const core::Batch&) {
        if (machine.disk->state().step) crash = machine.disk->copy();
    });
    machine->write_through();
    machine.disk->on_write({});
    ASSERT_TRUE(crash);
    for (std::size_t nth = 1; nth < 3; ++nth) {
        auto first = crash->copy();
        auto second = first->reopen();
        first->fail_write(nth, Failure::clean);
        try {
            expect_same(open({}, std::move(first)));
        } catch (const StorageError&) {
            expect_same(open({}, std::move(second)));
        }
    }
}

TEST_F(CheckpointTest, AStepThatFailsIsMadeUpForByTheNextOne) {
    for (std::size_t nth = 1; nth < 4; ++nth) {
        change_some();
        machine.disk->fail_write(nth, Failure::clean);
        EXPECT_THROW(machine->write_through(), StorageError);
        EXPECT_EQ(machine.disk->state().step.has_value(), nth != 1);
        expect_same(open({}, machine.disk->copy()));
        change_some();  // to objects that were stored, and others
        std::size_t batches = 0;
        machine.disk->on_write([&](const core::Batch&) { ++batches; });
        machine->write_through();
        machine.disk->on_write({});
        if (nth != 1) {
            EXPECT_EQ(batches, 1U);  // M3
        }
        expect_same(open({}, machine.disk->copy()));
        expect_same(machine);
    }
}

TEST_F(CheckpointTest, SnapshotsOfBeforeSeeTheirsWhileItGoesOn) {
    const Snapshot old = machine->snapshot();
    const Contents then = contents(machine);
    change_some();
    std::size_t looks = 0;
    machine.disk->on_write([&](const core::Batch&) {
        machine->trim_cache();
        for (const auto& [id, value] : then) EXPECT_EQ(get(old, id), value);
        ++looks;
    });
    const Contents now = contents(machine);
    machine->write_through();
    machine.disk->on_write({});
    EXPECT_GT(looks, 2U);
    machine->trim_cache();
    for (const auto& [id, value] : then) EXPECT_EQ(get(old, id), value);
    EXPECT_EQ(contents(machine), now);
}

// Each checkpoint keeps a row of every object for the past, and has to let as many go: steps release none.
TEST(CheckpointOfManyRowsTest, LetsGoAsManyKeptRowsAsItKeeps) {
    constexpr std::size_t kObjects = 5000;
    StoreOptions options = in_steps();
    options.log_bytes = 4 << 20;
    options.retention = Retention::commits(2);
    const Machine machine = open(options);
    std::vector<ObjectId> ids;
    Transaction first = machine.begin();
    for (std::size_t i = 0; i < kObjects; ++i) ids.push_back(create(first, i));
    first.commit();
    std::size_t steps = 0;
    machine.disk->on_write([&](const core::Batch& batch) { steps += batch.step ? 1U : 0U; });
    for (std::uint64_t round = 0; round < 10; ++round) {
        Transaction transaction = machine.begin();
        for (const ObjectId id : ids) set(transaction, id, round);
        transaction.commit();
        machine->write_through();
    }
    machine.disk->on_write({});
    EXPECT_GT(steps, 0U);
    EXPECT_LE(machine.rows(), 4 * kObjects) << "the newest, two of the past and one on its way out";
}

TEST_F(CheckpointTest, ALogThatEndsBeforeTheCheckpointItServesIsRefused) {
    change_some();
    std::unique_ptr<MemoryStorage> crash;
    std::unique_ptr<MemoryStorage> earlier = machine.disk->copy();
    machine.disk->on_write([&](const core::Batch&) {
        if (machine.disk->state().step) crash = machine.disk->copy();
    });
    machine->write_through();
    machine.disk->on_write({});
    ASSERT_TRUE(crash);
    crash->drop_last_block();
    try {
        static_cast<void>(open({}, std::move(crash)));
        ADD_FAILURE() << "opened";
    } catch (const CorruptionError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("the log was cut"));
    }
    // Without a checkpoint under way it is the state of before.
    earlier->drop_last_block();
    EXPECT_LT(open({}, std::move(earlier))->version(), machine->version());
}

}  // namespace
}  // namespace vitrine::mvcc::test
