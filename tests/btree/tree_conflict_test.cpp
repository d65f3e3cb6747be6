#include <functional>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/btree/fixture.hpp"

// "Conflicts are per key": each rule of the interface, two transactions at a time, over trees whose
// nodes have four entries, so that what they do splits, empties and removes nodes.

namespace vitrine::btree {
namespace {

using namespace test;

using Work = std::function<void(TreeWriter&)>;

struct Outcome {
    bool conflict = false;
    Content content{};
};

class TreeConflictTest : public testing::Test {
  protected:
    /// Both begin on the base; the first commits, then the second.
    Outcome race(const Content& base, const Work& first, const Work& second,
                 Isolation isolation = Isolation::serializable) {
        const Machine machine;
        fill(machine, "tree", kNumbers, base);
        {
            Transaction make = machine.begin();
            static_cast<void>(edit_tree(make, "tree", kNumbers)->id());
            make.commit();
        }
        Transaction one = machine.begin(isolation), two = machine.begin(isolation);
        const auto in_one = edit_tree(one, "tree", kNumbers);
        const auto in_two = edit_tree(two, "tree", kNumbers);
        first(*in_one);
        second(*in_two);
        one.commit();
        Outcome outcome;
        try {
            two.commit();
        } catch (const ConflictError&) {
            outcome.conflict = true;
        }
        EXPECT_TRUE(machine.verify().ok());
        outcome.content = content(machine->snapshot(), "tree", kNumbers);
        EXPECT_EQ(tree_in(machine->snapshot(), "tree", kNumbers)->size(), outcome.content.size());
        return outcome;
    }
    void expect_merge(const Content& base, const Work& first, const Work& second,
                      const Content& result) {
        for (const Isolation isolation : {Isolation::serializable, Isolation::snapshot}) {
            const Outcome outcome = race(base, first, second, isolation);
            EXPECT_FALSE(outcome.conflict);
            EXPECT_EQ(outcome.content, result);
        }
    }
    void expect_conflict(const Content& base, const Work& first, const Work& second) {
        for (const Isolation isolation : {Isolation::serializable, Isolation::snapshot})
            EXPECT_TRUE(race(base, first, second, isolation).conflict);
    }
    /// A read of the second transaction, which also writes key 1000.
    void expect_read_conflict(const Content& base, const Work& first, const Work& read) {
        const Work second = [&](TreeWriter& tree) {
            read(tree);
            tree.put(bytes(number(1000)), bytes(word(1)));
        };
        EXPECT_TRUE(race(base, first, second).conflict);
        EXPECT_FALSE(race(base, first, second, Isolation::snapshot).conflict);
    }
    void expect_no_read_conflict(const Content& base, const Work& first, const Work& read) {
        EXPECT_FALSE(race(base, first, [&](TreeWriter& tree) {
                         read(tree);
                         tree.put(bytes(number(1000)), bytes(word(1)));
                     }).conflict);
    }

    const NodeSizes sizes_{4};
};

Work put(std::uint64_t first, std::uint64_t end, std::uint64_t step = 1, std::uint64_t plus = 0) {
    return [=](TreeWriter& tree) {
        for (std::uint64_t i = first; i < end; i += step)
            tree.put(bytes(number(i)), bytes(word(i + plus)));
    };
}
Work put_one(std::uint64_t key, std::uint64_t value) {
    return [=](TreeWriter& tree) { tree.put(bytes(number(key)), bytes(word(value))); };
}
Work erase(std::uint64_t first, std::uint64_t end, std::uint64_t step = 1) {
    return [=](TreeWriter& tree) {
        for (std::uint64_t i = first; i < end; i += step) tree.erase(bytes(number(i)));
    };
}
Work erase_one(std::uint64_t key) { return erase(key, key + 1); }
Work insert_one(std::uint64_t key, std::uint64_t value) {
    return [=](TreeWriter& tree) { tree.insert(bytes(number(key)), bytes(word(value))); };
}
Work remove_one(std::uint64_t key) {
    return [=](TreeWriter& tree) { tree.remove(bytes(number(key))); };
}
Work add_one(std::uint64_t key, std::uint64_t delta) {
    return [=](TreeWriter& tree) { tree.add(bytes(number(key)), delta); };
}
void clear(TreeWriter& tree) { tree.clear(); }
void nothing(TreeWriter&) {}

Content with(Content base, const Content& more) {
    for (const auto& [key, value] : more) base.insert_or_assign(key, value);
    return base;
}
Content without(Content base, std::uint64_t first, std::uint64_t end) {
    base.erase(base.lower_bound(number(first)), base.lower_bound(number(end)));
    return base;
}

// -- different keys never conflict, whatever happens to buckets -----------------------------------

const Content kStandard = numbers(0, 200, 4);

TEST_F(TreeConflictTest, BothFillAnEmptyTree) {
    expect_merge({}, put(1, 3), put(3, 4), numbers(1, 4));
    expect_merge({}, put(0, 50, 2), put(1, 51, 2), numbers(0, 51 - 1));
}
TEST_F(TreeConflictTest, BothInsertIntoOneBucket) {
    expect_merge(kStandard, put(1, 3), put(3, 4), with(kStandard, numbers(1, 4)));
}
TEST_F(TreeConflictTest, OneSplitsTheBucketInWhichTheOtherInserts) {
    expect_merge(kStandard, put(61, 77), put(112, 116),
                 with(with(kStandard, numbers(61, 77)), numbers(112, 116)));
}
TEST_F(TreeConflictTest, TogetherTheyEmptyABucket) {
    expect_merge(kStandard, erase(60, 90), erase(90, 117), without(kStandard, 60, 117));
}
TEST_F(TreeConflictTest, TogetherTheyEmptyTheTree) {
    expect_merge(kStandard, erase(0, 100), erase(100, 200), {});
}
TEST_F(TreeConflictTest, OneInsertsWhileTheOtherEmptiesTheLastBuckets) {
    expect_merge(kStandard, put_one(1, 1), erase(120, 200),
                 with(without(kStandard, 120, 200), numbers(1, 2)));
}
TEST_F(TreeConflictTest, OneGrowsTheRightWhileTheOtherEmptiesTheLeft) {
    expect_merge(kStandard, put(200, 300, 4), erase(0, 57),
                 with(without(kStandard, 0, 57), numbers(200, 300, 4)));
}
TEST_F(TreeConflictTest, AKeyGoesIntoABucketThatVanished) {
    expect_merge(kStandard, erase(0, 57), put_one(1, 1),
                 with(without(kStandard, 0, 57), numbers(1, 2)));
}
TEST_F(TreeConflictTest, ABucketVanishesButForTheOthersKey) {
    expect_merge(kStandard, put_one(1, 1), erase(0, 57, 4),
                 with(without(kStandard, 0, 57), numbers(1, 2)));
}
TEST_F(TreeConflictTest, OneErasesTheSmallestKeyOnly) {
    expect_merge(kStandard, erase_one(0), put_one(2, 2),
                 with(without(kStandard, 0, 1), numbers(2, 3)));
}

// -- merges within one bucket ---------------------------------------------------------------------

TEST_F(TreeConflictTest, ErasuresAndUpdatesOfDifferentKeysMerge) {
    const Content base = numbers(0, 20);
    expect_merge(base, erase_one(1), erase_one(5), without(without(base, 1, 2), 5, 6));
    expect_merge(base, erase_one(1), put_one(5, 50),
                 with(without(base, 1, 2), {{number(5), word(50)}}));
    expect_merge(base, put_one(0, 7), put_one(18, 9),
                 with(base, {{number(0), word(7)}, {number(18), word(9)}}));
}

// -- the same key ---------------------------------------------------------------------------------

TEST_F(TreeConflictTest, AKeyThatBothWroteConflicts) {
    expect_conflict(kStandard, put_one(4, 1), put_one(4, 2));
    expect_conflict(kStandard, put_one(5, 1), put_one(5, 2));
    expect_conflict(kStandard, erase_one(4), put_one(4, 2));
    expect_conflict(kStandard, put_one(4, 2), erase_one(4));
}
TEST_F(TreeConflictTest, LeavingTheSameValueOrErasingBothMerges) {
    expect_merge(kStandard, put_one(4, 7), put_one(4, 7), with(kStandard, {{number(4), word(7)}}));
    expect_merge(kStandard, put_one(5, 7), put_one(5, 7), with(kStandard, {{number(5), word(7)}}));
    expect_merge(kStandard, erase_one(4), erase_one(4), without(kStandard, 4, 5));
    expect_merge(kStandard, erase_one(5), erase_one(5), kStandard);
}
TEST_F(TreeConflictTest, WritingWhatWasThereAlreadyIsNoChange) {
    expect_merge(kStandard, put_one(4, 4), put_one(4, 9), with(kStandard, {{number(4), word(9)}}));
}
TEST_F(TreeConflictTest, InsertAndRemoveConflictWhenThePresenceTheyReportedChanged) {
    expect_conflict(kStandard, insert_one(5, 1), insert_one(5, 1));
    expect_conflict(kStandard, remove_one(4), remove_one(4));
    expect_conflict(kStandard, erase_one(4), remove_one(4));
    // A false answer counts as well, when something else is written.
    const Work refused = [](TreeWriter& tree) {
        EXPECT_FALSE(tree.insert(bytes(number(4)), bytes(word(9))));
        tree.put(bytes(number(1000)), bytes(word(1)));
    };
    expect_conflict(kStandard, erase_one(4), refused);
    // Presence, not the value.
    for (const Isolation isolation : {Isolation::serializable, Isolation::snapshot})
        EXPECT_FALSE(race(kStandard, put_one(4, 5), refused, isolation).conflict);
}

// -- clear ----------------------------------------------------------------------------------------

TEST_F(TreeConflictTest, ClearErasesWhatIsThereWhenItCommits) {
    expect_merge(kStandard, put(1, 60, 2), clear, {});
    expect_merge(kStandard, clear, clear, {});
    expect_merge(kStandard, clear, nothing, {});
    expect_merge(kStandard, erase(0, 100), clear, {});
    expect_merge({}, put(0, 20), clear, {});
}
TEST_F(TreeConflictTest, WritingAKeyThatAClearErasedConflicts) {
    expect_conflict(kStandard, clear, put_one(4, 5));
    expect_merge(kStandard, clear, put_one(5, 5), {{number(5), word(5)}});
    expect_merge(kStandard, clear, erase_one(4), {});
    expect_merge(kStandard, clear, add_one(4, 3), {{number(4), word(3)}});
}
TEST_F(TreeConflictTest, WhatIsPutAfterOnesOwnClearStays) {
    const Work refill = [](TreeWriter& tree) {
        tree.clear();
        tree.put(bytes(number(9)), bytes(word(9)));
        tree.add(bytes(number(4)), 1);
    };
    expect_merge(kStandard, put(1, 4), refill, {{number(4), word(1)}, {number(9), word(9)}});
}

// -- add ------------------------------------------------------------------------------------------

TEST_F(TreeConflictTest, AddLandsOnTheNewestAndNeverConflicts) {
    expect_merge({{number(1), word(1)}}, add_one(1, 3), add_one(1, 2), {{number(1), word(6)}});
    expect_merge({}, add_one(1, 3), add_one(1, 2), {{number(1), word(5)}});
    expect_merge({{number(1), word(1)}}, put_one(1, 10), add_one(1, 2), {{number(1), word(12)}});
    expect_merge({{number(1), word(1)}}, erase_one(1), add_one(1, 2), {{number(1), word(2)}});
}
TEST_F(TreeConflictTest, PutAndEraseOverAnAddConflict) {
    const Content one{{number(1), word(1)}};
    expect_conflict(one, add_one(1, 3), put_one(1, 9));
    expect_conflict(one, add_one(1, 3), erase_one(1));
    expect_merge(one, add_one(1, 3), put_one(1, 4), {{number(1), word(4)}});
}

// -- reads ----------------------------------------------------------------------------------------

TEST_F(TreeConflictTest, AReadValueMustBeTheSame) {
    const Work read = [](TreeWriter& tree) { static_cast<void>(tree.find(bytes(number(4)))); };
    expect_read_conflict(kStandard, put_one(4, 9), read);
    expect_read_conflict(kStandard, erase_one(4), read);
    expect_read_conflict(kStandard, add_one(4, 1), read);
    expect_read_conflict(kStandard, clear, read);
    expect_no_read_conflict(kStandard, put_one(8, 9), read);
    expect_no_read_conflict(kStandard, put_one(4, 4), read);
    const Work absent = [](TreeWriter& tree) { static_cast<void>(tree.find(bytes(number(5)))); };
    expect_read_conflict(kStandard, put_one(5, 5), absent);
    expect_no_read_conflict(kStandard, put(61, 77), absent);
}
TEST_F(TreeConflictTest, AReadPresenceMustBeTheSameNotTheValue) {
    const Work read = [](TreeWriter& tree) { EXPECT_TRUE(tree.contains(bytes(number(4)))); };
    expect_no_read_conflict(kStandard, put_one(4, 9), read);
    expect_read_conflict(kStandard, erase_one(4), read);
}
TEST_F(TreeConflictTest, AReadCountMustBeTheSame) {
    const Work read = [](TreeWriter& tree) { static_cast<void>(tree.size()); };
    expect_read_conflict(kStandard, put_one(5, 5), read);
    expect_read_conflict(kStandard, erase_one(4), read);
    expect_no_read_conflict(kStandard, put_one(4, 9), read);
    // One more and one less are the same count.
    expect_no_read_conflict(
        kStandard,
        [](TreeWriter& tree) {
            tree.put(bytes(number(5)), bytes(word(5)));
            tree.erase(bytes(number(4)));
        },
        read);
}
TEST_F(TreeConflictTest, AnIterationCountsAsFarAsItWent) {
    const Work read = [](TreeWriter& tree) {
        const auto cursor = tree.cursor({.low = key_bytes(number(40))});
        for (int i = 0; i < 5; ++i) cursor->step();  // stands on 60
    };
    expect_read_conflict(kStandard, put_one(41, 1), read);
    expect_read_conflict(kStandard, put_one(60, 1), read);
    expect_read_conflict(kStandard, erase_one(40), read);
    expect_no_read_conflict(kStandard, put_one(61, 1), read);
    expect_no_read_conflict(kStandard, put_one(39, 1), read);
    expect_no_read_conflict(kStandard, erase(64, 200), read);
}
TEST_F(TreeConflictTest, AnOpenIterationCountsWhereItStandsAtTheCommit) {
    std::unique_ptr<Cursor> open;
    const Work read = [&](TreeWriter& tree) {
        open = tree.cursor({.high = key_bytes(number(100)), .reversed = true});
        open->step();  // stands on 92
    };
    expect_read_conflict(kStandard, put_one(97, 1), read);
    expect_no_read_conflict(kStandard, put_one(100, 1), read);
    expect_no_read_conflict(kStandard, erase_one(88), read);
    open.reset();
}
TEST_F(TreeConflictTest, TheNearestKeyCountsFromThePlaceAsked) {
    const Work first = [](TreeWriter& tree) { static_cast<void>(tree.nearest({})); };
    expect_no_read_conflict(kStandard, put_one(1, 1), first);
    expect_read_conflict(kStandard, erase_one(0), first);
    const Work last = [](TreeWriter& tree) { static_cast<void>(tree.nearest({.reversed = true})); };
    expect_no_read_conflict(kStandard, put_one(195, 1), last);
    expect_read_conflict(kStandard, put_one(197, 1), last);
    const Work floor = [](TreeWriter& tree) {
        static_cast<void>(
            tree.nearest({.high = key_bytes(number(11)), .high_included = true, .reversed = true}));
    };
    expect_read_conflict(kStandard, put_one(11, 1), floor);
    expect_read_conflict(kStandard, put_one(9, 1), floor);
    expect_read_conflict(kStandard, put_one(8, 1), floor);
    expect_no_read_conflict(kStandard, put_one(7, 1), floor);
    expect_no_read_conflict(kStandard, put_one(12, 1), floor);
}
TEST_F(TreeConflictTest, BlindWritesAndCutsReadNothing) {
    const Work blind = [](TreeWriter& tree) {
        tree.erase(bytes(number(1)));
        static_cast<void>(tree.cuts({}, 4));
    };
    expect_no_read_conflict(kStandard, put(60, 80), blind);
}
TEST_F(TreeConflictTest, ReadingOnesOwnWritesIsNoRead) {
    const Work own = [](TreeWriter& tree) {
        tree.put(bytes(number(4)), bytes(word(7)));
        EXPECT_EQ(text(tree.find(bytes(number(4)))->bytes), word(7));
        tree.clear();
        EXPECT_FALSE(tree.find(bytes(number(8))));
        EXPECT_EQ(tree.size(), 0U);
        EXPECT_FALSE(tree.cursor({})->valid());
    };
    expect_no_read_conflict(kStandard, put(0, 50), own);
}
TEST_F(TreeConflictTest, WhatWasReadBeforeARollbackStaysRead) {
    const Machine machine;
    fill(machine, "tree", kNumbers, kStandard);
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "tree", kNumbers);
    const std::size_t mark = transaction.savepoint();
    static_cast<void>(tree->find(bytes(number(4))));
    tree->put(bytes(number(8)), bytes(word(1)));
    transaction.rollback_to(mark);
    tree->put(bytes(number(12)), bytes(word(1)));
    fill(machine, "tree", kNumbers, {{number(4), word(44)}});
    EXPECT_THROW(transaction.commit(), ConflictError);
}
TEST_F(TreeConflictTest, ANameThatBecameATreeOfAnotherKindConflicts) {
    const Machine machine;
    Transaction transaction = machine.begin();
    edit_tree(transaction, "tree", kNumbers)->put(bytes(number(1)), bytes(word(1)));
    const Version winner = fill(machine, "tree", kTexts, {{"a", "text"}});
    try {
        transaction.commit();
        FAIL() << "it was committed";
    } catch (const ConflictError& conflict) {
        EXPECT_EQ(conflict.with(), winner);
        EXPECT_NE(std::string(conflict.what()).find("made something else"), std::string::npos);
    }
}
TEST_F(TreeConflictTest, ReadingOnlyNeverConflicts) {
    const Machine machine;
    fill(machine, "tree", kNumbers, kStandard);
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "tree", kNumbers);
    EXPECT_EQ(content(*tree), kStandard);
    fill(machine, "tree", kNumbers, {{number(4), word(44)}});
    EXPECT_EQ(transaction.commit(), transaction.base().version());
}
TEST_F(TreeConflictTest, WriteSkewConflictsOnlyWhenSerializable) {
    const auto skew = [](std::uint64_t read, std::uint64_t written) {
        return [=](TreeWriter& tree) {
            static_cast<void>(tree.find(bytes(number(read))));
            tree.put(bytes(number(written)), bytes(word(1)));
        };
    };
    EXPECT_TRUE(race(kStandard, skew(0, 4), skew(4, 0)).conflict);
    EXPECT_FALSE(race(kStandard, skew(0, 4), skew(4, 0), Isolation::snapshot).conflict);
}

}  // namespace
}  // namespace vitrine::btree
