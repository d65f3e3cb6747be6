#include "mvcc/object_table.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "tests/mvcc/fixture.hpp"

namespace vitrine::mvcc::test {
namespace {

struct ObjectTableTest : testing::Test {
    ~ObjectTableTest() override { Epoch::collect(); }
    AccountOwner account{MemoryAccount::make()};
    std::optional<ObjectTable> table{std::in_place, *account};

    VersionHandle make(std::uint64_t id, std::uint64_t born) {
        return VersionHandle::adopt(ObjectVersion::make(*account, nullptr, ObjectId{id}, v(born),
                                                        kNumber, payload_of(born)));
    }
    VersionHandle link(std::uint64_t id, std::uint64_t born,
                       const VersionHandle& predecessor = {}) {
        VersionHandle fresh = make(id, born);
        const ObjectTable::Hold hold(*table, ObjectId{id});
        table->link_fresh(const_cast<ObjectVersion&>(*fresh), predecessor.get());
        return fresh;
    }
    const ObjectVersion* link_loaded(std::uint64_t id, std::uint64_t born, Version stored_until,
                                     std::uint64_t at) {
        const VersionHandle copy = make(id, born);
        const ObjectTable::Hold hold(*table, ObjectId{id});
        const_cast<ObjectVersion&>(*copy).try_acquire();  // link_loaded takes a reference
        return table->link_loaded(const_cast<ObjectVersion*>(copy.get()), stored_until,
                                  ObjectId{id}, v(at));
    }
    static void stored(const VersionHandle& version) {
        const_cast<ObjectVersion&>(*version).set_backed(true);
    }
    const ObjectVersion* find(std::uint64_t id, std::uint64_t at) {
        return table->find(ObjectId{id}, v(at));
    }
};

TEST_F(ObjectTableTest, FindsTheVersionThatCoversANumber) {
    const Epoch::Guard guard;
    const VersionHandle first = link(7, 2);
    const VersionHandle second = link(7, 5, first);
    EXPECT_EQ(find(7, 1), nullptr);
    EXPECT_EQ(find(7, 2), first.get());
    EXPECT_EQ(find(7, 4), first.get());
    EXPECT_EQ(find(7, 5), second.get());
    EXPECT_EQ(find(7, 99), second.get());
    EXPECT_EQ(find(8, 5), nullptr);
}

TEST_F(ObjectTableTest, AddressesTheSmallestAndTheLargestId) {
    const Epoch::Guard guard;
    for (const std::uint64_t id : {std::uint64_t{1}, core::kMaxObjectId}) {
        const VersionHandle version = link(id, 1);
        EXPECT_EQ(find(id, 1), version.get());
    }
    EXPECT_EQ(find(core::kMaxObjectId - 1, 1), nullptr);
}

TEST_F(ObjectTableTest, AClosedIntervalWithoutSuccessorShowsNothing) {
    const Epoch::Guard guard;
    const VersionHandle only = link(7, 2);
    table->close(*only, v(4));
    EXPECT_EQ(find(7, 3), only.get());
    EXPECT_EQ(find(7, 4), nullptr);
}

TEST_F(ObjectTableTest, ALoadedVersionEndsAtTheCommitsThatItsReadDidNotSee) {
    const Epoch::Guard guard;
    const VersionHandle newer = link(7, 5);
    const ObjectVersion* loaded = link_loaded(7, 2, core::kOpen, 3);
    ASSERT_NE(loaded, nullptr);
    EXPECT_EQ(loaded->until(), v(5));
    EXPECT_EQ(find(7, 5), newer.get());
}

TEST_F(ObjectTableTest, ALoadedVersionEndsAtTheRowAboveIt) {
    const Epoch::Guard guard;
    const ObjectVersion* loaded = link_loaded(7, 2, v(4), 3);
    ASSERT_NE(loaded, nullptr);
    EXPECT_EQ(loaded->until(), v(4));
    EXPECT_EQ(find(7, 4), nullptr) << "that row is to be loaded first";
}

TEST_F(ObjectTableTest, TheSecondLoaderOfARowGetsTheFirstOnesVersion) {
    const Epoch::Guard guard;
    const ObjectVersion* first = link_loaded(7, 2, core::kOpen, 3);
    const std::size_t bytes = account->bytes();
    EXPECT_EQ(link_loaded(7, 2, core::kOpen, 9), first);
    EXPECT_EQ(account->bytes(), bytes);
}

TEST_F(ObjectTableTest, LoadingNothingFindsWhatOnlyMemoryHas) {
    const Epoch::Guard guard;
    const VersionHandle fresh = link(7, 5);
    const ObjectTable::Hold hold(*table, ObjectId{7});
    EXPECT_EQ(table->link_loaded(nullptr, core::kOpen, ObjectId{7}, v(6)), fresh.get());
    EXPECT_EQ(table->link_loaded(nullptr, core::kOpen, ObjectId{7}, v(4)), nullptr);
}

TEST_F(ObjectTableTest, EvictsOnlyWhatIsStoredAndHeldByNobody) {
    const Epoch::Guard guard;
    const VersionHandle held = link(1, 1);
    stored(held);
    link(2, 1);  // not stored
    stored(link(3, 1));
    EXPECT_EQ(table->evict_all(), 1u);
    EXPECT_EQ(find(1, 1), held.get());
    EXPECT_NE(find(2, 1), nullptr);
    EXPECT_EQ(find(3, 1), nullptr);
}

TEST_F(ObjectTableTest, AHeldChunkKeepsItsChains) {
    const Epoch::Guard guard;
    stored(link(3, 1));
    {
        const ObjectTable::Hold hold(*table, ObjectId{4});  // a neighbour's chunk is the same
        EXPECT_EQ(table->evict_all(), 0u);
    }
    EXPECT_EQ(table->evict_all(), 1u);
}

TEST_F(ObjectTableTest, EvictsWhatWasNotReadLatelyFirst) {
    const Epoch::Guard guard;
    for (const std::uint64_t id : {1, 2, 3, 4}) stored(link(id, 1));
    find(1, 1)->touch();
    find(3, 1)->touch();
    const std::size_t one = find(1, 1)->bytes();
    EXPECT_EQ(table->evict(2 * one), 2u);
    EXPECT_NE(find(1, 1), nullptr);
    EXPECT_NE(find(3, 1), nullptr);
    EXPECT_EQ(table->evict(2 * one), 2u) << "the marks are gone now";
}

TEST_F(ObjectTableTest, AnEvictedVersionCanNoLongerBeHeldButStillRead) {
    const Epoch::Guard guard;
    stored(link(3, 1));
    const ObjectVersion* version = find(3, 1);
    table->evict_all();
    Epoch::collect();
    EXPECT_FALSE(version->try_acquire());
    EXPECT_EQ(number_in(version->payload()), 1u) << "we are still in our epoch";
}

TEST_F(ObjectTableTest, TakesBackAFailedCommit) {
    const Epoch::Guard guard;
    const VersionHandle before = link(7, 2);
    const VersionHandle failed = link(7, 5, before);
    const VersionHandle made = link(8, 5);
    table->reopen(failed.get(), before.get());
    table->reopen(made.get(), nullptr);
    EXPECT_EQ(find(7, 5), before.get());
    EXPECT_EQ(before->until(), core::kOpen);
    EXPECT_EQ(find(8, 5), nullptr);
    const VersionHandle again = link(7, 5, before);  // the number is given again
    EXPECT_EQ(find(7, 5), again.get());
    table->close(*again, v(6));
    table->reopen(nullptr, again.get());
    EXPECT_EQ(find(7, 6), again.get());
}

TEST_F(ObjectTableTest, UnlinkedVersionsLiveAsLongAsTheirHandles) {
    VersionHandle version = link(7, 2);
    table->unlink(*version);
    table->unlink(*version);  // again: nothing
    Epoch::collect();
    EXPECT_EQ(number_in(version->payload()), 2u);
    version = {};
    EXPECT_EQ(account->bytes(), 0u) << "the emptied chunk is gone, too";
    EXPECT_EQ(account->retired_bytes(), 0u);
}

TEST_F(ObjectTableTest, LeavesNothingBehindButWhatHandlesHold) {
    VersionHandle kept = link(7, 2);
    for (std::uint64_t id = 1; id < 1000; id += 3) link(id << 10, 1);
    table.reset();
    Epoch::collect();
    EXPECT_EQ(account->bytes(), kept->bytes());
    kept = {};
    EXPECT_EQ(account->bytes(), 0u);
}

}  // namespace
}  // namespace vitrine::mvcc::test
