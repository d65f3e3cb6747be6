#include "mvcc/backup.hpp"

#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "core/lmdb/lmdb_storage.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/mvcc/fixture.hpp"
#include "tests/support/schedule.hpp"

namespace vitrine::mvcc::test {
namespace {

using core::testing::TemporaryFolder;
using vitrine::test::Schedule;
using State = std::map<ObjectId, std::uint64_t>;

/// A store that a copy is made of, and what each of its versions shows.
struct Original {
    explicit Original(StoreOptions options = {}) : machine(open(options)) { states.push_back({}); }

    Version write(core::FunctionRef<void(CommitContext&, State&)> change) {
        State next = states.back();
        const Version version =
            machine->pipeline().commit(machine->snapshot(), Isolation::snapshot,
                                       [&](CommitContext& context) { change(context, next); });
        states.push_back(std::move(next));
        EXPECT_EQ(version.value() + 1, states.size());
        return version;
    }
    void put(CommitContext& context, State& state, ObjectId id) {
        state[id] = random();
        context.put(id, kNumber,
                    payload_of(state[id], static_cast<std::uint16_t>(1 + random() % 9)));
    }
    /// Some objects change, come and go, with and without a tombstone.
    Version commit(unsigned changes = 10) {
        return write([&](CommitContext& context, State& state) {
            for (unsigned i = 0; i < changes; ++i) {
                if (state.size() < 30 || random() % 4 == 0) {
                    put(context, state, context.allocate());
                    continue;
                }
                auto some = state.begin();
                std::advance(some, static_cast<long>(random() % state.size()));
                const ObjectId id = some->first;
                switch (random() % 4) {
                    case 0:
                        context.drop(id);
                        state.erase(id);
                        break;
                    case 1:
                        context.erase(id, kNumber);
                        state.erase(id);
                        break;
                    default: put(context, state, id); break;
                }
            }
        });
    }

    std::mt19937 random{12};
    Machine machine;
    std::vector<State> states;
};

/// The copy shows the versions that it says it has, and has no rows beside.
void expect_copy(const Original& original, const BackupReport& report,
                 const std::filesystem::path& file) {
    std::set<core::RowKey> seen;
    const StoreOwner copy = Store::open(core::lmdb::open(file), {}, {});
    EXPECT_EQ(copy->version(), report.version);
    for (Version at = report.oldest; at <= report.version; at = Version{at.value() + 1}) {
        const Snapshot snapshot = copy->snapshot_at(at);
        const State& state = original.states[at.value()];
        for (std::uint64_t id = 1; id < copy->next_object_id(); ++id) {
            const VersionHandle found = snapshot.find(ObjectId{id});
            const auto wanted = state.find(ObjectId{id});
            if (wanted == state.end()) continue;  // a dropped one may be found: nobody refers to it
            ASSERT_TRUE(found) << id << " at " << at.value();
            EXPECT_EQ(number_in(found->payload()), wanted->second) << id << " at " << at.value();
            seen.insert({found->id(), found->born()});
        }
    }
    std::size_t extra = 0;
    copy->storage().scan({}, core::Storage::kUnlimited, [&](core::RowKey key, Words row) {
        if (row.size() > core::kRowHeaderWords && !seen.contains(key)) ++extra;
        return true;
    });
    EXPECT_EQ(extra, 0U);
}

class BackupTest : public testing::TestWithParam<std::tuple<Durability, Retention>> {
  protected:
    static StoreOptions options() {
        StoreOptions result =
            std::get<0>(GetParam()) == Durability::deferred ? deferred() : StoreOptions{};
        result.retention = std::get<1>(GetParam());
        return result;
    }
    TemporaryFolder folder;
};

TEST_P(BackupTest, HasExactlyWhatIsVisibleOrRetained) {
    Original store(options());
    std::vector<Snapshot> held;
    for (int round = 0; round < 12; ++round) {
        for (int i = 0; i < 8; ++i) {
            store.commit();
            if (store.random() % 3 == 0) held.push_back(store.machine->snapshot());
            if (held.size() > 4) held.erase(held.begin() + store.random() % 4);
        }
        const auto file = folder.file("copy-" + std::to_string(round));
        const BackupReport report = backup(*store.machine, file, {});
        EXPECT_EQ(report.version, store.machine->version());
        if (std::get<1>(GetParam()) == Retention::none()) {
            EXPECT_EQ(report.oldest, report.version);
        }
        expect_copy(store, report, file);
        if (HasFailure()) return;
    }
}

TEST_P(BackupTest, StaysAtItsVersionWhileCommitsGoOn) {
    Original store(options());
    store.write([&](CommitContext& context, State& state) {
        for (int i = 0; i < 3000; ++i) store.put(context, state, context.allocate());
    });  // several pages
    for (int i = 0; i < 12; ++i) store.commit();
    const Version begin = store.machine->version();
    int steps = 0;
    const Progress go_on = [&](std::uint64_t, std::uint64_t) {
        ++steps;
        for (int i = 0; i < 3; ++i) store.commit(200);
        if (store.random() % 2 == 0) store.machine->flush();
        return true;
    };
    const BackupReport report = backup(*store.machine, folder.file("copy"), go_on);
    EXPECT_EQ(report.version, begin);
    EXPECT_GT(steps, 4);
    if (std::get<1>(GetParam()) == Retention::forever()) {
        EXPECT_EQ(report.oldest, Version{});
    }
    expect_copy(store, report, folder.file("copy"));
    EXPECT_EQ(store.machine->open_snapshots(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Options, BackupTest,
                         testing::Combine(testing::Values(Durability::full, Durability::deferred),
                                          testing::Values(Retention::none(), Retention::commits(6),
                                                          Retention::forever())));

TEST(BackupScheduleTest, WaitsForABatchThatWouldEraseItsRows) {
    const TemporaryFolder folder;
    Original store;
    for (int i = 0; i < 5; ++i) store.commit();
    Schedule schedule;
    schedule.hold("writer", "persist:planned");
    schedule.start("writer", [&] { store.commit(40); });
    schedule.await("writer");  // it has looked at the pins
    BackupReport report;
    schedule.hold("backup", "backup:begin");
    schedule.start("backup", [&] { report = backup(*store.machine, folder.file("copy"), {}); });
    schedule.await("backup");
    schedule.hold("backup", "backup:pinned");
    schedule.release("backup");
    // It waits now. If it did not, its pin would stand before the writer goes on, and too late.
    for (int i = 0; i < 10'000; ++i) std::this_thread::yield();
    schedule.release("writer");
    schedule.join("writer");
    schedule.await("backup");
    schedule.release("backup");
    schedule.join("backup");
    EXPECT_EQ(report.version, store.machine->version());
    expect_copy(store, report, folder.file("copy"));
}

TEST(BackupScheduleTest, RefusesWhenTheDiskIsInDoubt) {
    const TemporaryFolder folder;
    Original store;
    store.commit();
    store.machine.disk->fail_write(1, Failure::in_doubt);
    EXPECT_THROW(store.machine.make(1), StorageError);
    EXPECT_THROW(backup(*store.machine, folder.file("copy"), {}), StorageError);
    EXPECT_FALSE(std::filesystem::exists(folder.file("copy")));
}

// A part that was dropped while a snapshot opened in the window is an orphan (D2): its row comes back
// with a later batch, and has no tombstone that would tell its end.
TEST(BackupScheduleTest, APartThatOnlyMemoryHadIsNotCopiedAsLive) {
    const TemporaryFolder folder;
    Original store;
    ObjectId part;
    store.write([&](CommitContext& context, State& state) {
        for (int i = 0; i < 3000; ++i) store.put(context, state, context.allocate());
        part = context.allocate();  // behind several pages of the scan
        store.put(context, state, part);
    });
    Schedule schedule;
    const auto standing_at = [&](const char* actor, const char* place, auto work) {
        schedule.hold(actor, place);
        schedule.start(actor, work);
        schedule.await(actor);
    };
    const auto go_on = [&](const char* actor) {
        schedule.release(actor);
        schedule.join(actor);
    };
    standing_at("dropper", "commit:publishing", [&] {
        store.write([&](CommitContext& context, State& state) {
            context.drop(part);
            state.erase(part);
        });
    });
    const Snapshot in_window = store.machine->snapshot();
    go_on("dropper");
    const BackupReport report =
        backup(*store.machine, folder.file("copy"), [&](std::uint64_t, std::uint64_t) {
            store.commit();
            return true;
        });
    EXPECT_EQ(get(in_window, part), store.states[1].at(part));
    expect_copy(store, report, folder.file("copy"));
}

}  // namespace
}  // namespace vitrine::mvcc::test
