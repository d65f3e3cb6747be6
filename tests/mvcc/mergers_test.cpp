#include "mvcc/mergers.hpp"

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/mvcc/fixture.hpp"

namespace vitrine::mvcc::test {
namespace {

struct MergersTest : testing::Test {
    const Machine machine = open();
    const ObjectId id = machine.make(100);

    void add_differences() const {
        machine->mergers().set(kNumber, [](Words base, Words theirs, Words mine) {
            return payload_of(number_in(theirs) + number_in(mine) - number_in(base));
        });
    }
};

TEST_F(MergersTest, TwoEditsBecomeOne) {
    add_differences();
    Transaction mine = machine.begin();
    set(mine, id, 101);
    machine.update(id, 110);
    machine.update(id, 130);
    mine.commit();
    EXPECT_EQ(machine.read(id), 131u);
}

TEST_F(MergersTest, WithoutARuleTheSecondConflicts) {
    add_differences();
    machine->mergers().set(kNumber, {});
    Transaction mine = machine.begin();
    set(mine, id, 101);
    machine.update(id, 110);
    EXPECT_THROW(mine.commit(), ConflictError);
    EXPECT_EQ(machine.read(id), 110u);
}

TEST_F(MergersTest, AnErasedObjectConflictsStill) {
    add_differences();
    Transaction mine = machine.begin();
    set(mine, id, 101);
    Transaction theirs = machine.begin();
    theirs.erase(id);
    theirs.commit();
    EXPECT_THROW(mine.commit(), ConflictError);
    EXPECT_EQ(machine.read(id), std::nullopt);
}

TEST_F(MergersTest, AnErasureIsNoEdit) {
    add_differences();
    Transaction mine = machine.begin();
    mine.erase(id);
    machine.update(id, 110);
    EXPECT_THROW(mine.commit(), ConflictError);
}

TEST_F(MergersTest, WhatWasOnlyReadIsStillChecked) {
    add_differences();
    const ObjectId other = machine.make(1);
    Transaction mine = machine.begin();
    EXPECT_EQ(get(mine, other), 1u);
    set(mine, id, 101);
    machine.update(other, 2);
    EXPECT_THROW(mine.commit(), ConflictError);
}

TEST_F(MergersTest, ARuleThatThrowsLeavesTheStoreAsItWas) {
    machine->mergers().set(kNumber, [](Words, Words, Words) -> std::vector<Word> {
        throw UsageError("not these two");
    });
    const ObjectId other = machine.make(1);
    Transaction mine = machine.begin();
    set(mine, id, 101);
    set(mine, other, 5);
    machine.update(id, 110);
    const Version before = machine->version();
    EXPECT_THROW(mine.commit(), UsageError);
    EXPECT_EQ(machine->version(), before);
    EXPECT_EQ(machine.read(other), 1u);
    EXPECT_EQ(machine.read(id), 110u);
}

}  // namespace
}  // namespace vitrine::mvcc::test
