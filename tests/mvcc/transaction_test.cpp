#include "mvcc/transaction.hpp"

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/mvcc/fixture.hpp"

namespace vitrine::mvcc::test {
namespace {

struct TransactionTest : testing::Test {
    Machine machine = open();
    ObjectId a = machine.make(1);
    ObjectId b = machine.make(2);
};

TEST_F(TransactionTest, SeesItsOwnEditsAndCommitsThemTogether) {
    Transaction transaction = machine.begin();
    set(transaction, a, 10);
    transaction.erase(b);
    const ObjectId c = create(transaction, 30);
    EXPECT_EQ(get(transaction, a), 10u);
    EXPECT_EQ(get(transaction, b), std::nullopt);
    EXPECT_EQ(get(transaction, c), 30u);
    EXPECT_EQ(machine.read(a), 1u);
    EXPECT_EQ(transaction.commit(), v(3));
    EXPECT_EQ(machine.read(a), 10u);
    EXPECT_EQ(machine.read(b), std::nullopt);
    EXPECT_EQ(machine.read(c), 30u);
}

TEST_F(TransactionTest, NothingHappensWithoutCommit) {
    {
        Transaction dropped = machine.begin();
        set(dropped, a, 10);
    }
    Transaction aborted = machine.begin();
    aborted.erase(a);
    aborted.abort();
    EXPECT_EQ(machine.read(a), 1u);
    EXPECT_EQ(machine->version(), v(2));
}

TEST_F(TransactionTest, RefusesEveryCallAfterItsEndButBase) {
    Transaction transaction = machine.begin();
    set(transaction, a, 10);
    transaction.commit();
    EXPECT_THROW(transaction.create(kNumber), UsageError);
    EXPECT_THROW(transaction.find(a), UsageError);
    EXPECT_THROW(transaction.edit(a), UsageError);
    EXPECT_THROW(transaction.erase(a), UsageError);
    EXPECT_THROW(transaction.savepoint(), UsageError);
    EXPECT_THROW(transaction.rollback_to(1), UsageError);
    EXPECT_THROW(transaction.commit(), UsageError);
    transaction.abort();
    EXPECT_EQ(get(transaction.base(), a), 1u);
}

TEST_F(TransactionTest, RollsNothingBackOnceTheStoreIsClosed) {
    Transaction transaction = machine.begin();
    const std::size_t start = transaction.savepoint();
    set(transaction, a, 10);
    machine->close();
    EXPECT_THROW(transaction.rollback_to(start), UsageError);
}

TEST_F(TransactionTest, ConflictsWhenAnotherCommitChangedWhatItEdited) {
    Transaction late = machine.begin();
    set(late, a, 11);
    machine.update(a, 10);
    try {
        late.commit();
        FAIL() << "committed over version 3";
    } catch (const ConflictError& error) {
        EXPECT_EQ(error.with(), v(3));
        EXPECT_EQ(error.object(), core::to_ref(a));
    }
    EXPECT_FALSE(late.active());
    EXPECT_EQ(machine.read(a), 10u);
}

TEST_F(TransactionTest, SerializableConflictsWhenWhatItReadChanged) {
    Transaction late = machine.begin();
    get(late, a);
    set(late, b, 20);
    machine.update(a, 10);
    EXPECT_THROW(late.commit(), ConflictError);
}

TEST_F(TransactionTest, SnapshotIsolationChecksOnlyWhatItWrote) {
    Transaction late = machine.begin(Isolation::snapshot);
    get(late, a);
    late.edit(a);  // and leaves it as it is
    set(late, b, 20);
    machine.update(a, 10);
    EXPECT_EQ(late.commit(), v(4));
}

TEST_F(TransactionTest, ReadsThroughBaseAreNotChecked) {
    Transaction late = machine.begin();
    get(late.base(), a);
    set(late, b, 20);
    machine.update(a, 10);
    EXPECT_EQ(late.commit(), v(4));
}

TEST_F(TransactionTest, WithoutADifferenceItCommitsNothingAndNeverConflicts) {
    Transaction same = machine.begin();
    get(same, b);
    set(same, a, 1);
    machine.update(a, 10);
    machine.update(b, 20);
    EXPECT_EQ(same.commit(), v(2));
    EXPECT_EQ(machine->stats().commits, 4u);
}

TEST_F(TransactionTest, AnErasedObjectIsGoneForEverybodyAndErasingItAgainConflictsWithNobody) {
    Transaction first = machine.begin(), second = machine.begin(), editing = machine.begin();
    first.erase(a);
    second.erase(a);
    set(second, b, 20);
    set(editing, a, 11);
    first.commit();
    EXPECT_NO_THROW(second.commit()) << "both wanted it gone";
    EXPECT_THROW(editing.commit(), ConflictError);
    Transaction later = machine.begin();
    EXPECT_THROW(later.erase(a), NotFoundError);
    EXPECT_THROW(later.edit(a), NotFoundError);
    EXPECT_FALSE(later.find(a));
    machine->trim_cache();
    EXPECT_EQ(machine.read(a), std::nullopt);
}

TEST_F(TransactionTest, ErasingWhatAnotherChangedConflicts) {
    Transaction erasing = machine.begin();
    erasing.erase(a);
    machine.update(a, 10);
    EXPECT_THROW(erasing.commit(), ConflictError);
}

TEST_F(TransactionTest, FoundAbsentMustStayAbsent) {
    const Snapshot base = machine->snapshot();
    const ObjectId next{core::kFirstFreeId + 2};  // the one that make() will use
    Transaction late = machine.begin();
    EXPECT_FALSE(late.find(next));
    set(late, a, 5);
    ASSERT_EQ(machine.make(7), next);
    EXPECT_THROW(late.commit(), ConflictError);
}

TEST_F(TransactionTest, IdsThatCannotExistAreAbsent) {
    Transaction transaction = machine.begin();
    for (const std::uint64_t id : {std::uint64_t{0}, core::kMaxObjectId, ~std::uint64_t{0}}) {
        EXPECT_FALSE(transaction.find(ObjectId{id}));
        EXPECT_THROW(transaction.edit(ObjectId{id}), NotFoundError);
    }
    set(transaction, a, 9);
    EXPECT_NO_THROW(transaction.commit());
}

TEST_F(TransactionTest, AnObjectMadeAndErasedHereNeverWas) {
    Transaction transaction = machine.begin();
    const ObjectId c = create(transaction, 3);
    transaction.erase(c);
    EXPECT_FALSE(transaction.find(c));
    EXPECT_THROW(transaction.erase(c), NotFoundError);
    EXPECT_EQ(transaction.commit(), v(2));
    EXPECT_EQ(machine.rows(), 2u);
}

TEST_F(TransactionTest, AnObjectThatWasNeverFilledIsStoredEmpty) {
    Transaction transaction = machine.begin();
    const ObjectId c = transaction.create(kNumber).first;
    transaction.commit();
    machine->trim_cache();
    EXPECT_EQ(machine.read(c), 0u);
}

TEST_F(TransactionTest, RollsBackToSavepointsRepeatedly) {
    Transaction transaction = machine.begin();
    set(transaction, a, 10);
    const std::size_t first = transaction.savepoint();
    set(transaction, a, 11);
    transaction.erase(b);
    const ObjectId c = create(transaction, 30);
    const std::size_t second = transaction.savepoint();
    set(transaction, c, 31);
    transaction.rollback_to(second);
    EXPECT_EQ(get(transaction, c), 30u);
    EXPECT_EQ(get(transaction, b), std::nullopt);
    transaction.rollback_to(first);
    EXPECT_EQ(get(transaction, a), 10u);
    EXPECT_EQ(get(transaction, b), 2u);
    EXPECT_FALSE(transaction.find(c));
    EXPECT_THROW(transaction.rollback_to(second), UsageError);
    set(transaction, a, 12);
    transaction.rollback_to(first);
    EXPECT_THROW(transaction.rollback_to(99), UsageError);
    transaction.commit();
    EXPECT_EQ(machine.read(a), 10u);
    EXPECT_EQ(machine.read(b), 2u);
}

TEST_F(TransactionTest, WhatWasReadStaysReadAfterARollBack) {
    Transaction transaction = machine.begin();
    const std::size_t start = transaction.savepoint();
    set(transaction, a, 10);
    transaction.rollback_to(start);
    set(transaction, b, 20);
    machine.update(a, 9);
    EXPECT_THROW(transaction.commit(), ConflictError);
}

TEST_F(TransactionTest, WhatIsNestedTooDeeplyToBeReadBackIsRefused) {
    Transaction transaction = machine.begin();
    auto [id, message] = transaction.create(kNumber);
    auto level = message.initRoot<capnp::AnyPointer>().initAsAnyStruct(0, 1);
    for (int depth = 0; depth < 1000; ++depth)
        level = level.getPointerSection()[0].initAsAnyStruct(0, 1);
    EXPECT_THROW(transaction.commit(), UsageError);
    EXPECT_EQ(machine->version(), v(2));
}

TEST_F(TransactionTest, KeepsReadingItsBaseWhileOthersCommitEvictAndTrim) {
    Transaction transaction = machine.begin();
    EXPECT_EQ(get(transaction, a), 1u);
    for (std::uint64_t i = 10; i < 15; ++i) {
        machine.update(a, i);
        machine.update(b, i);
        machine->trim_cache();
    }
    EXPECT_EQ(get(transaction, a), 1u);
    EXPECT_EQ(get(transaction, b), 2u);
}

TEST_F(TransactionTest, AfterItsStoreIsGoneItRefusesButItsBaseReads) {
    Transaction transaction = machine.begin();
    set(transaction, a, 10);
    machine.store.reset();
    EXPECT_THROW(transaction.find(a), UsageError);
    EXPECT_THROW(transaction.commit(), UsageError);
    EXPECT_EQ(get(transaction.base(), a), 1u);
}

}  // namespace
}  // namespace vitrine::mvcc::test
