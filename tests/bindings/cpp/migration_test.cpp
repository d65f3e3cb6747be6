#include <string>

#include <gtest/gtest.h>

#include "tests/bindings/cpp/library.hpp"
#include "tests/bindings/cpp/notes.capnp.h"

namespace vitrine::test {
namespace {

using notes::Board;
using notes::NewNote;
using notes::OldNote;

struct MigrationTest : testing::Test {
    core::testing::TemporaryFolder folder;
    std::optional<Store> store{open()};

    Store open() { return Store::open(folder.file(), {.durability = Durability::deferred}); }
    void reopen() {
        store.reset();
        store.emplace(open());
    }
    /// A chain of notes, each in the tree of its name, the last one on a board.
    void fill(int count) {
        store->transact([&](Transaction& tx) {
            auto named = tx.tree<std::int64_t, Ref<OldNote>>("notes");
            Ref<OldNote> last;
            for (int i = 0; i < count; ++i) {
                last = tx.create<OldNote>([&](OldNote::Builder note) {
                    note.setText(std::string(static_cast<std::size_t>(i % 50), 'x'));
                    last.store(note.initNext());
                });
                named.put(i, last);
            }
            tx.set_root("board", tx.create<Board>(
                                     [&](Board::Builder board) { last.store(board.initTop()); }));
            tx.tree<std::int64_t, OldNote>("inline").put(1, [](auto note) { note.setText("x"); });
        });
    }
    static void grow(OldNote::Reader old, NewNote::Builder fresh) {
        fresh.setText(old.getText());
        fresh.setLetters(static_cast<std::uint32_t>(old.getText().size()));
        Ref<NewNote>{AnyRef{old.getNext().getId()}}.store(fresh.initNext());
    }
    void expect_migrated(int count) {
        const Snapshot now = store->snapshot();
        const auto named = now.tree<std::int64_t, Ref<NewNote>>("notes");
        ASSERT_EQ(named.size(), static_cast<std::size_t>(count));
        for (const auto [key, ref] : named) {
            const auto note = now.get(ref);
            EXPECT_EQ(note->getLetters(), key % 50);
            const std::uint64_t next = key == 0 ? 0 : named.at(key - 1).id();
            EXPECT_EQ(note->getNext().getId(), next);
        }
        EXPECT_THROW((now.tree<std::int64_t, Ref<OldNote>>("notes")), TypeError);
        const VerifyReport report = store->verify();
        EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.faults.front().what);
    }
};

TEST_F(MigrationTest, EveryObjectBecomesOfTheNewTypeAndKeepsItsId) {
    fill(3000);
    const AnyRef seventh = store->snapshot().tree<std::int64_t, Ref<OldNote>>("notes").at(7);
    const MigrationReport report = store->migrate<OldNote, NewNote>(grow);
    EXPECT_EQ(report.objects, 3000u);
    EXPECT_EQ(report.trees, 1u);
    EXPECT_GT(report.commits, 3u) << "in bounded transactions";
    const AnyRef left{store->snapshot().tree<std::int64_t, OldNote>("inline").ref()};
    EXPECT_EQ(report.trees_left, std::vector{left});
    expect_migrated(3000);
    EXPECT_EQ(AnyRef{(store->snapshot().tree<std::int64_t, Ref<NewNote>>("notes").at(7))}, seventh);
    reopen();
    expect_migrated(3000);
}

TEST_F(MigrationTest, OneThatWasCutOffIsResumed) {
    fill(3000);
    int converted = 0;
    EXPECT_THROW((store->migrate<OldNote, NewNote>([&](auto old, auto fresh) {
                     if (++converted == 1500) throw std::runtime_error("power failure");
                     grow(old, fresh);
                 })),
                 std::runtime_error);
    reopen();
    const MigrationReport report = store->migrate<OldNote, NewNote>(grow);
    EXPECT_LT(report.objects, 3000u);
    EXPECT_GT(report.objects, 1499u);
    expect_migrated(3000);
    EXPECT_EQ((store->migrate<OldNote, NewNote>(grow).objects), 0u);
}

TEST_F(MigrationTest, ACancelledOneKeepsWhatItDid) {
    fill(3000);
    int calls = 0;
    EXPECT_THROW((store->migrate<OldNote, NewNote>(
                     grow, [&](std::uint64_t, std::uint64_t) { return ++calls < 3; })),
                 CancelledError);
    EXPECT_LT((store->migrate<OldNote, NewNote>(grow).objects), 3000u);
    expect_migrated(3000);
}

TEST_F(MigrationTest, IsNothingToBeUndone) {
    store.reset();
    store.emplace(Store::open(
        folder.file(), {.durability = Durability::deferred, .retention = Retention::forever()}));
    fill(10);
    store->migrate<OldNote, NewNote>(grow);
    EXPECT_THROW(store->undo(store->version()), ConflictError);
    expect_migrated(10);
}

TEST_F(MigrationTest, AnOpenTransactionOnAnOldObjectConflicts) {
    fill(10);
    const auto ref = store->snapshot().tree<std::int64_t, Ref<OldNote>>("notes").at(3);
    Transaction late = store->begin();
    late.edit(ref).setText("late");
    Transaction adding = store->begin();
    adding.tree<std::int64_t, Ref<OldNote>>("notes").put(99, ref);
    store->migrate<OldNote, NewNote>(grow);
    EXPECT_THROW(late.commit(), ConflictError);
    EXPECT_THROW(adding.commit(), ConflictError) << "the tree is of another kind now";
    expect_migrated(10);
}

}  // namespace
}  // namespace vitrine::test
