#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <capnp/message.h>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

using TransactionTest = AccountsTest;

TEST_F(TransactionTest, IsVisibleToOthersWhenItCommitsAndToItselfBefore) {
    const Ref<Account> account = make("Ada", 1);
    Transaction tx = store_.begin();
    tx.edit(account).setBalance(2);
    EXPECT_EQ(tx.get(account).getBalance(), 2);
    EXPECT_EQ(balance(account), 1);
    EXPECT_EQ(tx.base().get(account)->getBalance(), 1);
    const Version version = tx.commit();
    EXPECT_EQ(version, store_.version());
    EXPECT_EQ(balance(account), 2);
    EXPECT_EQ(store_.snapshot().get(account).version(), version);
}

TEST_F(TransactionTest, CreatesByFunctionByReaderAndWithDefaults) {
    capnp::MallocMessageBuilder message;
    auto elsewhere = message.initRoot<Account>();
    elsewhere.setOwner("copied");
    Transaction tx = store_.begin();
    const auto filled = tx.create<Account>([](Account::Builder b) { b.setOwner("filled"); });
    const auto copied = tx.create<Account>(elsewhere.asReader());
    const auto plain = tx.create<Account>();
    const auto twin = tx.create<Account>(tx.get(filled));
    elsewhere.setOwner("changed later");
    EXPECT_EQ(tx.get(filled).getOwner(), "filled");
    tx.commit();
    const Snapshot snapshot = store_.snapshot();
    EXPECT_EQ(snapshot.get(filled)->getOwner(), "filled");
    EXPECT_EQ(snapshot.get(copied)->getOwner(), "copied");
    EXPECT_EQ(snapshot.get(plain)->getBalance(), 10);
    EXPECT_EQ(snapshot.get(twin)->getOwner(), "filled");
    EXPECT_NE(twin, filled);
}

TEST_F(TransactionTest, MadeNothingWhenTheFunctionThrew) {
    Transaction tx = store_.begin();
    EXPECT_THROW(tx.create<Account>([](Account::Builder) { throw std::runtime_error("no"); }),
                 std::runtime_error);
    EXPECT_EQ(tx.commit(), tx.base().version());
    EXPECT_EQ(store_.verify().objects, 0U);
}

TEST_F(TransactionTest, StoresReferencesInFieldsAndReadsThemBack) {
    const auto [first, tree] = store_.transact([](Transaction& tx) {
        const auto last = tx.create<Account>();
        const auto ledger = tx.create_tree<std::int64_t, std::string>();
        tx.tree(ledger).put(1, "opened");
        return std::pair(tx.create<Account>([&](Account::Builder b) {
            last.store(b.initNext());
            ledger.store(b.initLedger());
        }),
                         ledger);
    });
    const Snapshot snapshot = store_.snapshot();
    const auto account = snapshot.get(first);
    EXPECT_EQ(snapshot.get(ref(account->getNext()))->getBalance(), 10);
    EXPECT_EQ(Ref<Account>{account->getNext()}, ref(account->getNext()));
    const TreeRef<std::int64_t, std::string> stored{account->getLedger()};
    EXPECT_EQ(stored, tree);
    EXPECT_EQ(snapshot.tree(stored).at(1), "opened");
    EXPECT_FALSE(ref(snapshot.get(ref(account->getNext()))->getNext())) << "never stored: null";
}

TEST_F(TransactionTest, EditKeepsTheCommittedVersionsOfOthers) {
    const Ref<Account> account = make("Ada", 1);
    const Snapshot before = store_.snapshot();
    set_balance(account, 2);
    EXPECT_EQ(before.get(account)->getBalance(), 1);
    EXPECT_EQ(balance(account), 2);
}

TEST_F(TransactionTest, WritesAnObjectOnlyIfItDiffers) {
    const Ref<Account> same = make("same", 1);
    const Ref<Account> other = make("other", 1);
    const Version made = store_.snapshot().get(same).version();
    const Version version = store_.transact([&](Transaction& tx) {
        tx.edit(same).setBalance(5);
        tx.edit(same).setBalance(1);
        tx.edit(other).setBalance(2);
    });
    EXPECT_EQ(store_.snapshot().get(same).version(), made);
    EXPECT_EQ(store_.snapshot().get(other).version(), version);
}

TEST_F(TransactionTest, ErasedObjectsAreAbsentAtOnceAndForOthersAfterTheCommit) {
    const Ref<Account> account = make("Ada");
    const Snapshot before = store_.snapshot();
    Transaction tx = store_.begin();
    tx.erase(account);
    EXPECT_FALSE(tx.find(account));
    EXPECT_THROW(static_cast<void>(tx.get(account)), NotFoundError);
    EXPECT_THROW(tx.edit(account), NotFoundError);
    EXPECT_TRUE(store_.snapshot().find(account));
    tx.commit();
    EXPECT_FALSE(store_.snapshot().find(account));
    EXPECT_EQ(before.get(account)->getOwner(), "Ada");
}

TEST_F(TransactionTest, WhatItMadeAndErasedLeavesNothing) {
    Transaction tx = store_.begin();
    const auto brief = tx.create<Account>();
    tx.erase(brief);
    EXPECT_FALSE(tx.find(brief));
    tx.commit();
    EXPECT_FALSE(store_.snapshot().find(brief));
    EXPECT_EQ(store_.verify().objects, 0U);
}

TEST_F(TransactionTest, RootsAreSetReplacedAndErased) {
    const Ref<Account> one = make("one");
    const Ref<Account> two = make("two");
    Transaction tx = store_.begin();
    EXPECT_FALSE(tx.find_root<Account>("chief"));
    EXPECT_THROW(static_cast<void>(tx.root<Account>("chief")), NotFoundError);
    tx.set_root("chief", one);
    tx.set_root("chief", two);
    EXPECT_EQ(tx.root<Account>("chief"), two);
    EXPECT_THROW(static_cast<void>(tx.root<Reading>("chief")), TypeError);
    tx.commit();
    EXPECT_EQ(store_.snapshot().root<Account>("chief"), two);
    store_.transact([](Transaction& next) {
        next.erase_root("chief");
        next.erase_root("never was");
        EXPECT_FALSE(next.find_root<Account>("chief"));
    });
    EXPECT_FALSE(store_.snapshot().find_root<Account>("chief"));
    EXPECT_TRUE(store_.snapshot().find(two)) << "only its name is gone";
}

TEST_F(TransactionTest, ATreeComesIntoBeingAtItsFirstWriteOrRefAndNotBefore) {
    Transaction looks = store_.begin();
    auto tree = numbers(looks);
    EXPECT_TRUE(tree.empty());
    EXPECT_FALSE(tree.find(1));
    tree.erase(1);
    tree.clear();
    looks.commit();
    EXPECT_FALSE((store_.snapshot().find_tree<std::int64_t, std::int64_t>("numbers")));
    const auto named = store_.transact([&](Transaction& tx) { return numbers(tx).ref(); });
    EXPECT_EQ(numbers().ref(), named);
    EXPECT_TRUE(numbers().empty());
    for (const int how : {0, 1, 2}) {
        const std::string name = "tree-" + std::to_string(how);
        store_.transact([&](Transaction& tx) {
            auto fresh = tx.tree<std::int64_t, std::int64_t>(name);
            if (how == 0) fresh.put(1, 5);
            if (how == 1) fresh.insert(1, 5);
            if (how == 2) fresh.add(1, 5);
        });
        EXPECT_EQ((store_.snapshot().tree<std::int64_t, std::int64_t>(name).at(1)), 5);
    }
}

TEST_F(TransactionTest, GoesBackToASavepointInEverythingThatItChanged) {
    const Ref<Account> account = make("Ada", 1);
    fill_numbers(10);
    Transaction tx = store_.begin();
    tx.edit(account).setBalance(2);
    numbers(tx).put(1, 1);
    const Savepoint point = tx.savepoint();
    tx.edit(account).setBalance(3);
    const auto made = tx.create<Account>();
    tx.set_root("chief", made);
    numbers(tx).clear();
    tx.tree<std::string, std::string>("fresh").put("a", "b");
    tx.rollback_to(point);
    EXPECT_EQ(tx.get(account).getBalance(), 2);
    EXPECT_FALSE(tx.find(made));
    EXPECT_FALSE(tx.find_root<Account>("chief"));
    EXPECT_EQ(numbers(tx).size(), 11U);
    tx.commit();
    EXPECT_EQ(balance(account), 2);
    EXPECT_EQ(numbers().size(), 11U);
    EXPECT_EQ(store_.snapshot().roots().size(), 1U);
}

TEST_F(TransactionTest, ASavepointMayBeUsedAgainAndOneMadeAfterItNot) {
    const Ref<Account> account = make("Ada", 1);
    Transaction tx = store_.begin();
    const Savepoint outer = tx.savepoint();
    tx.edit(account).setBalance(2);
    const Savepoint inner = tx.savepoint();
    tx.edit(account).setBalance(3);
    tx.rollback_to(outer);
    EXPECT_THROW(tx.rollback_to(inner), UsageError);
    tx.edit(account).setBalance(4);
    static_cast<void>(tx.savepoint());  // does not bring `inner` back
    EXPECT_THROW(tx.rollback_to(inner), UsageError);
    EXPECT_EQ(tx.get(account).getBalance(), 4) << "what was refused changed nothing";
    tx.rollback_to(outer);
    EXPECT_EQ(tx.get(account).getBalance(), 1);
    Transaction foreign = store_.begin();
    EXPECT_THROW(foreign.rollback_to(outer), UsageError);
    tx.rollback_to(outer);
    EXPECT_EQ(tx.commit(), tx.base().version());
}

TEST_F(TransactionTest, WhatWasReadStaysReadAfterGoingBack) {
    const Ref<Account> account = make("Ada", 1);
    fill_numbers(10);
    for (const bool tree : {false, true}) {
        Transaction tx = store_.begin();
        const Savepoint point = tx.savepoint();
        if (tree)
            EXPECT_TRUE(numbers(tx).find(10));
        else
            EXPECT_TRUE(tx.find(account));
        tx.rollback_to(point);
        tx.create<Account>();
        if (tree)
            put_number(10, -1);
        else
            set_balance(account, 2);
        EXPECT_FALSE(commits(tx)) << "tree: " << tree;
    }
}

TEST_F(TransactionTest, TheDestructorAbortsAndAMoveKeepsIt) {
    const Ref<Account> account = make("Ada", 1);
    {
        Transaction tx = store_.begin();
        tx.edit(account).setBalance(2);
    }
    EXPECT_EQ(balance(account), 1);
    Transaction tx = store_.begin();
    tx.edit(account).setBalance(3);
    Transaction moved = std::move(tx);
    moved.commit();
    EXPECT_EQ(balance(account), 3);
}

TEST_F(TransactionTest, AfterItsEndRefusesEveryCallButBase) {
    const Ref<Account> account = make("Ada", 1);
    Transaction committed = store_.begin();
    Transaction aborted = store_.begin();
    auto tree = numbers(committed);
    committed.edit(account).setBalance(2);
    committed.commit();
    aborted.abort();
    for (Transaction* tx : {&committed, &aborted}) {
        EXPECT_THROW(static_cast<void>(tx->get(account)), UsageError);
        EXPECT_THROW(tx->edit(account), UsageError);
        EXPECT_THROW(tx->create<Account>(), UsageError);
        EXPECT_THROW(tx->erase(account), UsageError);
        EXPECT_THROW(static_cast<void>(tx->savepoint()), UsageError);
        EXPECT_THROW(numbers(*tx).put(1, 1), UsageError);
        EXPECT_THROW(tx->commit(), UsageError);
        EXPECT_EQ(tx->base().get(account)->getBalance(), 1);
        tx->abort();
    }
    EXPECT_THROW(tree.put(1, 1), UsageError);
    EXPECT_THROW(static_cast<void>(tree.size()), UsageError);
}

}  // namespace
}  // namespace vitrine::test
