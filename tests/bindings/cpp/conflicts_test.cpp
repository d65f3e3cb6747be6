#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

using Change = std::function<void(NumbersEditor&)>;

/// What two transactions that began on the same snapshot may both do to the tree of 0, 10 … 490.
class ConflictsTest : public AccountsTest {
  protected:
    /// Whether the second commits after the first did.
    bool both(const Change& first, const Change& second,
              Isolation isolation = Isolation::serializable) {
        fill_numbers(50);
        return both_on_this(first, second, isolation);
    }
    bool both_on_this(const Change& first, const Change& second,
                      Isolation isolation = Isolation::serializable) {
        Transaction a = store_.begin({.isolation = isolation});
        Transaction b = store_.begin({.isolation = isolation});
        auto in_a = numbers(a);
        auto in_b = numbers(b);
        second(in_b);
        first(in_a);
        a.commit();
        return commits(b);
    }
    static Change put(std::int64_t key, std::int64_t value) {
        return [=](NumbersEditor& tree) { tree.put(key, value); };
    }
    static Change erase(std::int64_t key) {
        return [=](NumbersEditor& tree) { tree.erase(key); };
    }
    static Change add(std::int64_t key, std::int64_t delta) {
        return [=](NumbersEditor& tree) { tree.add(key, delta); };
    }
    static Change insert(std::int64_t key, std::int64_t value) {
        return [=](NumbersEditor& tree) { tree.insert(key, value); };
    }
    static Change remove(std::int64_t key) {
        return [=](NumbersEditor& tree) { tree.remove(key); };
    }
    static void clear(NumbersEditor& tree) { tree.clear(); }
};

TEST_F(ConflictsTest, DifferentKeysNeverConflict) {
    EXPECT_TRUE(both(put(1, 1), put(2, 2)));
    EXPECT_EQ(numbers().at(1), 1);
    EXPECT_EQ(numbers().at(2), 2);
    EXPECT_TRUE(both(erase(10), put(20, 2)));
    EXPECT_TRUE(both(insert(1, 1), remove(10)));
}

// Found by the simulation, seed 2338: it was told its base, which does not show what it wrote.
TEST_F(ConflictsTest, WhoeverFindsItsWritesDoneIsToldTheVersionThatHasThem) {
    fill_numbers(5);
    Transaction a = store_.begin();
    Transaction b = store_.begin();
    auto in_a = numbers(a);
    in_a.put(1, 7);
    auto in_b = numbers(b);
    in_b.put(1, 7);
    const Version made = a.commit();
    EXPECT_EQ(b.commit(), made);
    // What wrote nothing stays on its base.
    Transaction idle = store_.begin();
    Transaction c = store_.begin();
    auto in_c = numbers(c);
    in_c.put(2, 8);
    EXPECT_EQ(numbers(idle).at(1), 7);
    c.commit();
    EXPECT_EQ(idle.commit(), made);
}

TEST_F(ConflictsTest, DifferentKeysDoNotConflictThoughBucketsSplitOrVanish) {
    const Change fill = [](NumbersEditor& tree) {
        for (std::int64_t key = 1; key < 20000; key += 2) tree.put(key, key);
    };
    EXPECT_TRUE(both(fill, put(20, 2)));
    EXPECT_EQ(numbers().size(), 50U + 10000);
    const Change odd_go = [](NumbersEditor& tree) {
        for (std::int64_t key = 1; key < 20000; key += 2) tree.erase(key);
    };
    EXPECT_TRUE(both_on_this(odd_go, put(15002, 2)));
    EXPECT_EQ(numbers().size(), 51U);
    EXPECT_EQ(numbers().at(15002), 2);
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(ConflictsTest, AKeyThatBothWroteConflicts) {
    EXPECT_FALSE(both(put(10, 1), put(10, 2)));
    EXPECT_EQ(numbers().at(10), 1) << "the first stands";
    EXPECT_FALSE(both(put(1, 1), put(1, 2)));
    EXPECT_FALSE(both(erase(10), put(10, 2)));
    EXPECT_FALSE(both(put(10, 1), erase(10)));
}

TEST_F(ConflictsTest, AKeyThatBothLeftAtTheSameValueOrErasedDoesNot) {
    EXPECT_TRUE(both(put(10, 7), put(10, 7)));
    EXPECT_TRUE(both(put(1, 7), put(1, 7)));
    EXPECT_TRUE(both(erase(10), erase(10)));
    EXPECT_TRUE(both(erase(10), [](NumbersEditor& tree) {
        tree.put(10, 1);
        tree.erase(10);
    }));
    EXPECT_FALSE(numbers().contains(10));
}

TEST_F(ConflictsTest, InsertConflictsWhenThePresenceThatItReportedChanged) {
    EXPECT_FALSE(both(put(1, 1), insert(1, 2)));
    EXPECT_FALSE(both(erase(10), insert(10, 2))) << "it was told that 10 is there";
    EXPECT_TRUE(both(put(10, 1), insert(10, 2))) << "10 is still there";
    EXPECT_EQ(numbers().at(10), 1);
    EXPECT_FALSE(both(insert(1, 1), insert(1, 1))) << "both were told that it is new";
}

TEST_F(ConflictsTest, RemoveConflictsWhenThePresenceThatItReportedChanged) {
    EXPECT_FALSE(both(erase(10), remove(10)));
    EXPECT_FALSE(both(remove(10), remove(10)));
    EXPECT_FALSE(both(put(1, 1), remove(1))) << "it was told that 1 is absent";
    EXPECT_TRUE(both(erase(1), remove(1))) << "1 is still absent";
}

TEST_F(ConflictsTest, TheReportsOfInsertAndRemoveCountUnderSnapshotIsolationToo) {
    EXPECT_FALSE(both(erase(10), insert(10, 2), Isolation::snapshot));
    EXPECT_FALSE(both(put(1, 1), remove(1), Isolation::snapshot));
}

TEST_F(ConflictsTest, ClearErasesWhatIsThereWhenItCommitsAndConflictsWithNothing) {
    EXPECT_TRUE(both(put(1, 1), clear));
    EXPECT_TRUE(numbers().empty()) << "the new key too";
    EXPECT_TRUE(both(put(10, 1), clear));
    EXPECT_TRUE(numbers().empty());
    EXPECT_TRUE(both(add(10, 1), clear));
    EXPECT_TRUE(numbers().empty());
    EXPECT_TRUE(both(clear, clear));
}

TEST_F(ConflictsTest, APutIntoAKeyThatAClearErasedMeanwhileConflicts) {
    EXPECT_FALSE(both(clear, put(10, 2)));
    EXPECT_TRUE(both(clear, put(1, 2))) << "1 was not there, so it was not erased";
    EXPECT_EQ(numbers().size(), 1U);
    EXPECT_TRUE(both(clear, erase(10))) << "both erased it";
}

TEST_F(ConflictsTest, AddLandsOnWhateverIsNewest) {
    EXPECT_TRUE(both(add(10, 1), add(10, 2)));
    EXPECT_EQ(numbers().at(10), 13);
    EXPECT_TRUE(both(put(10, 100), add(10, 2)));
    EXPECT_EQ(numbers().at(10), 102);
    EXPECT_TRUE(both(erase(10), add(10, 2)));
    EXPECT_EQ(numbers().at(10), 2);
    EXPECT_TRUE(both(clear, add(10, 3)));
    EXPECT_EQ(numbers().at(10), 3);
    EXPECT_TRUE(both(add(1, 5), add(1, 6)));
    EXPECT_EQ(numbers().at(1), 11) << "absent counts as 0";
}

TEST_F(ConflictsTest, APutOrEraseOverAKeyThatWasAddedToMeanwhileConflicts) {
    EXPECT_FALSE(both(add(10, 1), put(10, 2)));
    EXPECT_FALSE(both(add(10, 1), erase(10)));
    EXPECT_EQ(numbers().at(10), 11);
}

TEST_F(ConflictsTest, BlindWritesAndPartitionsReadNothing) {
    const Change blind = [](NumbersEditor& tree) {
        EXPECT_EQ(tree.partitions(4).size() > 0, true);
        tree.put(1, 1);
        tree.erase(3);
        tree.add(5, 1);
    };
    const Change others = [](NumbersEditor& tree) {
        for (std::int64_t key = 0; key < 500; key += 10) tree.put(key, -1);
        for (std::int64_t key = 7; key < 500; key += 10) tree.put(key, -1);
    };
    EXPECT_TRUE(both(others, blind));
}

TEST_F(ConflictsTest, AnObjectThatBothEditedConflictsAndTheErrorNamesItAndTheWinner) {
    const Ref<Account> account = make("Ada", 1);
    Transaction a = store_.begin();
    Transaction b = store_.begin();
    a.edit(account).setBalance(2);
    b.edit(account).setBalance(3);
    const Version won = a.commit();
    try {
        b.commit();
        FAIL() << "both committed";
    } catch (const ConflictError& conflict) {
        EXPECT_EQ(conflict.with(), won);
        EXPECT_EQ(conflict.object(), std::optional<AnyRef>{account});
        EXPECT_EQ(conflict.tree(), std::nullopt);
        EXPECT_EQ(conflict.key(), "");
        EXPECT_TRUE(contains(conflict.what(), std::to_string(account.id()))) << conflict.what();
    }
    EXPECT_EQ(balance(account), 2);
}

TEST_F(ConflictsTest, TheErrorOfAKeyNamesTreeKeyAndWinner) {
    using Texts = TreeEditor<std::string, std::int64_t>;
    Transaction a = store_.begin();
    Transaction b = store_.begin();
    Texts in_a = a.tree<std::string, std::int64_t>("texts");
    Texts in_b = b.tree<std::string, std::int64_t>("texts");
    in_a.put("line\nbreak", 1);
    in_b.put("line\nbreak", 2);
    const Version won = a.commit();
    const auto tree = store_.snapshot().tree<std::string, std::int64_t>("texts").ref();
    try {
        b.commit();
        FAIL() << "both committed";
    } catch (const ConflictError& conflict) {
        EXPECT_EQ(conflict.with(), won);
        EXPECT_EQ(conflict.tree(), std::optional<AnyRef>{tree});
        EXPECT_EQ(conflict.object(), std::nullopt);
        EXPECT_TRUE(contains(conflict.key(), "line\\x0abreak")) << conflict.key();
        EXPECT_TRUE(contains(conflict.what(), conflict.key())) << conflict.what();
    }
}

TEST_F(ConflictsTest, TheErrorOfARootNamesIt) {
    const Ref<Account> one = make("one");
    const Ref<Account> two = make("two");
    Transaction a = store_.begin();
    Transaction b = store_.begin();
    a.set_root("chief", one);
    b.set_root("chief", two);
    const Version won = a.commit();
    try {
        b.commit();
        FAIL() << "both committed";
    } catch (const ConflictError& conflict) {
        EXPECT_EQ(conflict.with(), won);
        EXPECT_EQ(conflict.key(), "chief");
        EXPECT_TRUE(contains(conflict.what(), "chief")) << conflict.what();
    }
    EXPECT_EQ(store_.snapshot().root<Account>("chief"), one);
}

TEST_F(ConflictsTest, TwoThatBothMakeATreeDoNotConflict) {
    EXPECT_TRUE(both_on_this(put(1, 1), put(2, 2)));
    EXPECT_EQ(numbers().size(), 2U);
    EXPECT_EQ(store_.snapshot().roots().size(), 1U);
}

TEST_F(ConflictsTest, TwoThatBothMakeATreeConflictWhenOneTookItsRef) {
    const Change refer = [](NumbersEditor& tree) { static_cast<void>(tree.ref()); };
    EXPECT_FALSE(both_on_this(put(1, 1), refer));
    EXPECT_EQ(numbers().size(), 1U);
}

}  // namespace
}  // namespace vitrine::test
