#include <cstdint>
#include <functional>
#include <optional>
#include <thread>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

using Read = std::function<void(NumbersEditor&)>;

/// A tree of 0, 10 … 490, a transaction that read of it and wrote elsewhere, and another's commit.
class IsolationTest : public AccountsTest {
  protected:
    /// Whether it commits though `key` was put (or erased, without a value) after it read.
    bool survives(const Read& read, std::int64_t key, std::optional<std::int64_t> value,
                  Isolation isolation = Isolation::serializable) {
        fill_numbers(50);
        Transaction tx = store_.begin({.isolation = isolation});
        auto tree = numbers(tx);
        read(tree);
        tx.create<Account>();
        store_.transact([&](Transaction& other) {
            if (value)
                numbers(other).put(key, *value);
            else
                numbers(other).erase(key);
        });
        return commits(tx);
    }
    bool survives_put(const Read& read, std::int64_t key) { return survives(read, key, -1); }
    bool survives_erase(const Read& read, std::int64_t key) {
        return survives(read, key, std::nullopt);
    }
};

TEST_F(IsolationTest, FindAtVisitAndUpdateReadTheValue) {
    for (const Read& read :
         {Read([](auto& tree) { EXPECT_EQ(tree.find(10), 10); }),
          Read([](auto& tree) { EXPECT_EQ(tree.at(10), 10); }),
          Read([](auto& tree) { tree.visit(10, [](std::int64_t) {}); }),
          Read([](auto& tree) { tree.update(10, [](std::int64_t n) { return n + 1; }); })}) {
        EXPECT_FALSE(survives_put(read, 10));
        EXPECT_FALSE(survives_erase(read, 10));
        EXPECT_TRUE(survives_put(read, 20));
        EXPECT_TRUE(survives_put(read, 11));
    }
    EXPECT_FALSE(survives_put([](auto& tree) { EXPECT_FALSE(tree.find(11)); }, 11));
}

TEST_F(IsolationTest, ContainsReadsThePresenceOnly) {
    const Read present = [](auto& tree) { EXPECT_TRUE(tree.contains(10)); };
    EXPECT_TRUE(survives_put(present, 10));
    EXPECT_FALSE(survives_erase(present, 10));
    const Read absent = [](auto& tree) { EXPECT_FALSE(tree.contains(11)); };
    EXPECT_FALSE(survives_put(absent, 11));
    EXPECT_TRUE(survives_erase(absent, 11));
}

TEST_F(IsolationTest, SizeAndEmptyReadTheCountOnly) {
    for (const Read& read : {Read([](auto& tree) { EXPECT_EQ(tree.size(), 50U); }),
                             Read([](auto& tree) { EXPECT_FALSE(tree.empty()); })}) {
        EXPECT_TRUE(survives_put(read, 10)) << "as many as before";
        EXPECT_FALSE(survives_put(read, 11));
        EXPECT_FALSE(survives_erase(read, 10));
    }
}

TEST_F(IsolationTest, SizeReadsThePresenceOfTheKeysWrittenBefore) {
    // One key comes and another goes: the count is the same, but what was said was made of the
    // presence of a key of the transaction's own.
    const auto swaps = [&](const Read& read) {
        fill_numbers(50);
        Transaction tx = store_.begin();
        auto tree = numbers(tx);
        read(tree);
        store_.transact([&](Transaction& other) {
            numbers(other).put(11, 11);
            numbers(other).erase(490);
        });
        return commits(tx);
    };
    EXPECT_FALSE(swaps([](auto& tree) {
        tree.put(11, 11);
        EXPECT_EQ(tree.size(), 51U);
    }));
    EXPECT_TRUE(swaps([](auto& tree) {
        EXPECT_EQ(tree.size(), 50U);
        tree.put(11, 11);
    })) << "written after the question";
}

TEST_F(IsolationTest, AnIterationReadsAsFarAsItWentAbsentKeysIncluded) {
    const Read to_50 = [](auto& tree) {
        for (auto [key, value] : tree)
            if (key == 50) break;
    };
    EXPECT_FALSE(survives_put(to_50, 20));
    EXPECT_FALSE(survives_put(to_50, 21));
    EXPECT_FALSE(survives_erase(to_50, 30));
    EXPECT_FALSE(survives_put(to_50, -5));
    EXPECT_TRUE(survives_put(to_50, 60));
    EXPECT_TRUE(survives_put(to_50, 495));
}

TEST_F(IsolationTest, ARangeReadsItsBoundsAndNotBeyond) {
    const Read range = [](auto& tree) {
        std::size_t count = 0;
        for (auto [key, value] : tree.range(100, 200)) count += key >= 0 ? 1 : 0;
        EXPECT_EQ(count, 10U);
    };
    EXPECT_FALSE(survives_put(range, 100));
    EXPECT_FALSE(survives_put(range, 199));
    EXPECT_TRUE(survives_put(range, 99));
    EXPECT_TRUE(survives_put(range, 200));
    const Read backwards = [](auto& tree) {
        for (auto [key, value] : tree.reversed())
            if (key == 400) break;
    };
    EXPECT_FALSE(survives_put(backwards, 495));
    EXPECT_FALSE(survives_put(backwards, 405));
    EXPECT_TRUE(survives_put(backwards, 395));
}

TEST_F(IsolationTest, FirstLastFloorAndCeilingReadToTheKeyFound) {
    const Read first = [](auto& tree) { EXPECT_EQ(tree.first()->key, 0); };
    EXPECT_FALSE(survives_put(first, -1));
    EXPECT_FALSE(survives_erase(first, 0));
    EXPECT_TRUE(survives_put(first, 5));
    const Read last = [](auto& tree) { EXPECT_EQ(tree.last()->key, 490); };
    EXPECT_FALSE(survives_put(last, 491));
    EXPECT_FALSE(survives_put(last, 490));
    EXPECT_TRUE(survives_put(last, 485));
    const Read floor = [](auto& tree) { EXPECT_EQ(tree.floor(205)->key, 200); };
    EXPECT_FALSE(survives_put(floor, 200));
    EXPECT_FALSE(survives_put(floor, 203));
    EXPECT_FALSE(survives_put(floor, 205));
    EXPECT_TRUE(survives_put(floor, 206));
    EXPECT_TRUE(survives_put(floor, 199));
    const Read ceiling = [](auto& tree) { EXPECT_EQ(tree.ceiling(205)->key, 210); };
    EXPECT_FALSE(survives_put(ceiling, 207));
    EXPECT_TRUE(survives_put(ceiling, 204));
    EXPECT_TRUE(survives_put(ceiling, 211));
}

TEST_F(IsolationTest, UnderSnapshotIsolationOnlyWritesCount) {
    const Read everything = [](auto& tree) {
        EXPECT_EQ(tree.find(10), 10);
        EXPECT_EQ(tree.size(), 50U);
        for (auto [key, value] : tree) EXPECT_EQ(key, value);
    };
    EXPECT_TRUE(survives(everything, 10, -1, Isolation::snapshot));
    EXPECT_TRUE(survives(everything, 11, -1, Isolation::snapshot));
    EXPECT_FALSE(survives(everything, 10, -1));
}

TEST_F(IsolationTest, WriteSkewIsRefusedUnlessSnapshotIsolationIsAskedFor) {
    for (const Isolation isolation : {Isolation::serializable, Isolation::snapshot}) {
        const Ref<Account> x = make("x", 1);
        const Ref<Account> y = make("y", 1);
        Transaction a = store_.begin({.isolation = isolation});
        Transaction b = store_.begin({.isolation = isolation});
        if (a.get(x).getBalance() + a.get(y).getBalance() == 2) a.edit(x).setBalance(0);
        if (b.get(x).getBalance() + b.get(y).getBalance() == 2) b.edit(y).setBalance(0);
        a.commit();
        EXPECT_EQ(commits(b), isolation == Isolation::snapshot);
        EXPECT_EQ(balance(x) + balance(y), isolation == Isolation::snapshot ? 0 : 1);
    }
}

TEST_F(IsolationTest, AnObjectThatWasOnlyReadConflictsWhenItChangesOrGoes) {
    const Ref<Account> account = make("read", 1);
    Transaction reads = store_.begin();
    Transaction finds = store_.begin();
    EXPECT_EQ(reads.get(account).getBalance(), 1);
    EXPECT_TRUE(finds.find(account));
    reads.create<Account>();
    finds.create<Account>();
    set_balance(account, 2);
    EXPECT_FALSE(commits(reads));
    EXPECT_FALSE(commits(finds));
    Transaction again = store_.begin();
    EXPECT_EQ(again.get(account).getBalance(), 2);
    again.create<Account>();
    store_.transact([&](Transaction& tx) { tx.erase(account); });
    EXPECT_FALSE(commits(again));
}

TEST_F(IsolationTest, ARootThatWasReadConflictsWhenItChanges) {
    const Ref<Account> one = make("one");
    Transaction reads = store_.begin();
    EXPECT_FALSE(reads.find_root<Account>("chief"));
    reads.create<Account>();
    store_.transact([&](Transaction& tx) { tx.set_root("chief", one); });
    EXPECT_FALSE(commits(reads));
    Transaction again = store_.begin();
    EXPECT_EQ(again.root<Account>("chief"), one);
    again.create<Account>();
    store_.transact([](Transaction& tx) { tx.erase_root("chief"); });
    EXPECT_FALSE(commits(again));
}

TEST_F(IsolationTest, ReadsThroughTheBaseASnapshotOrAnObjectAreNotValidated) {
    const Ref<Account> account = make("read", 1);
    fill_numbers(50);
    const Snapshot outer = store_.snapshot();
    const Object<Account> captured = outer.get(account);
    Transaction tx = store_.begin();
    EXPECT_EQ(tx.base().get(account)->getBalance(), 1);
    EXPECT_EQ(numbers(tx.base()).at(10), 10);
    EXPECT_EQ(numbers(outer).size(), 50U);
    EXPECT_EQ(captured->getBalance(), 1);
    tx.create<Account>();
    set_balance(account, 2);
    put_number(10, -1);
    put_number(11, -1);
    EXPECT_TRUE(commits(tx));
}

TEST_F(IsolationTest, ATransactionThatBeginsAfterACommitReturnedSeesIt) {
    const Ref<Account> account = make("strict", 0);
    std::jthread([&] {
        for (int i = 0; i < 100; ++i) {
            std::jthread([&] { set_balance(account, balance(account) + 1); }).join();
            Transaction tx = store_.begin();
            EXPECT_EQ(tx.get(account).getBalance(), i + 1);
        }
    }).join();
}

TEST_F(IsolationTest, ATransactionThatOnlyReadCommitsOnItsBaseWhateverChanged) {
    const Ref<Account> account = make("read", 1);
    fill_numbers(50);
    Transaction tx = store_.begin();
    EXPECT_EQ(tx.get(account).getBalance(), 1);
    EXPECT_EQ(numbers(tx).size(), 50U);
    const Version base = tx.base().version();
    set_balance(account, 2);
    put_number(11, 1);
    EXPECT_EQ(tx.commit(), base);
}

TEST_F(IsolationTest, AnEditWithoutADifferenceIsNoWrite) {
    const Ref<Account> account = make("same", 1);
    Transaction tx = store_.begin();
    tx.edit(account).setBalance(1);
    const Version base = tx.base().version();
    set_balance(account, 2);
    EXPECT_EQ(tx.commit(), base);
    EXPECT_EQ(balance(account), 2);
}

}  // namespace
}  // namespace vitrine::test
