#include "btree/trees.hpp"

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/btree/fixture.hpp"

// Names and trees: coming into being, being given away, going.

namespace vitrine::btree {
namespace {

using namespace test;

void put(TreeWriter& tree, std::uint64_t key) { tree.put(bytes(number(key)), bytes(word(key))); }

TEST(TreesTest, ANamedTreeComesIntoBeingAtItsFirstPut) {
    const Machine machine;
    Transaction look = machine.begin();
    EXPECT_EQ(edit_tree(look, "tree", kNumbers)->size(), 0U);
    look.commit();
    EXPECT_FALSE(find_root(machine->snapshot(), "tree"));
    fill(machine, "tree", kNumbers, numbers(0, 3));
    EXPECT_EQ(content(machine->snapshot(), "tree", kNumbers), numbers(0, 3));
    EXPECT_EQ(roots(machine->snapshot()).size(), 1U);
    EXPECT_EQ(find_root(machine->snapshot(), "tree")->tree, kNumbers);
}

TEST(TreesTest, PuttingWhatIsThereMakesNoVersion) {
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 3));
    const Version before = machine->version();
    Transaction transaction = machine.begin();
    put(*edit_tree(transaction, "tree", kNumbers), 1);
    EXPECT_EQ(transaction.commit(), before);
    EXPECT_EQ(machine->version(), before);
}

TEST(TreesTest, ANameMayBeAsLongAsAKey) {
    const Machine machine;
    const std::string longest(kMaxKeyBytes, 'n');
    fill(machine, longest, kNumbers, numbers(0, 3));
    EXPECT_EQ(content(machine->snapshot(), longest, kNumbers), numbers(0, 3));
    Transaction transaction = machine.begin();
    EXPECT_THROW(put(*edit_tree(transaction, longest + 'n', kNumbers), 1), UsageError);
}

TEST(TreesTest, CutsMakePartsOfAboutEqualSize) {
    constexpr std::uint64_t kKeys = 1000;
    const NodeSizes sizes(4);
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, kKeys));
    const auto cuts = tree_in(machine->snapshot(), "tree", kNumbers)->cuts({}, 4);
    ASSERT_EQ(cuts.size(), 3U);
    for (std::uint64_t part = 1; part < 4; ++part) {
        const std::uint64_t fair = part * kKeys / 4;
        EXPECT_TRUE(compare_keys(cuts[part - 1], bytes(number(fair - kKeys / 10))) > 0) << part;
        EXPECT_TRUE(compare_keys(cuts[part - 1], bytes(number(fair + kKeys / 10))) < 0) << part;
    }
}

TEST(TreesTest, BeforeACutLieAsManyLeavesAsItsShareRoundedDown) {
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 2000));
    const auto tree = tree_in(machine->snapshot(), "tree", kNumbers);
    const auto all = tree->cuts({}, 1000);  // between each two leaves
    const std::size_t leaves = all.size() + 1;
    ASSERT_GT(leaves, 5U);
    for (std::size_t parts = 2; parts < leaves; ++parts) {
        const auto cuts = tree->cuts({}, parts);
        ASSERT_EQ(cuts.size() + 1, parts);
        for (std::size_t part = 1; part < parts; ++part)
            EXPECT_EQ(cuts[part - 1], all[part * leaves / parts - 1]) << part << " of " << parts;
    }
}

TEST(TreesTest, CutsAreFewerThanThePartsAndRise) {
    const NodeSizes sizes(4);
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 200));
    const auto tree = tree_in(machine->snapshot(), "tree", kNumbers);
    for (std::size_t parts = 1; parts < 100; ++parts) {
        const auto cuts = tree->cuts({}, parts);
        EXPECT_LT(cuts.size(), parts);
        for (std::size_t i = 1; i < cuts.size(); ++i)
            EXPECT_TRUE(compare_keys(cuts[i - 1], cuts[i]) < 0) << parts << " parts, cut " << i;
    }
}

TEST(TreesTest, TwoThatBothMakeATreeMerge) {
    const Machine machine;
    Transaction one = machine.begin(), two = machine.begin();
    put(*edit_tree(one, "tree", kNumbers), 1);
    put(*edit_tree(two, "tree", kNumbers), 2);
    one.commit();
    two.commit();
    EXPECT_EQ(content(machine->snapshot(), "tree", kNumbers), numbers(1, 3));
    EXPECT_TRUE(machine.verify().ok());
}

TEST(TreesTest, TwoThatBothMakeATreeConflictWhenOneTookItsRef) {
    const Machine machine;
    Transaction one = machine.begin(), two = machine.begin();
    put(*edit_tree(one, "tree", kNumbers), 1);
    const auto taken = edit_tree(two, "tree", kNumbers);
    EXPECT_NE(taken->id(), 0U);
    put(*taken, 2);
    one.commit();
    EXPECT_THROW(two.commit(), ConflictError);
    EXPECT_EQ(content(machine->snapshot(), "tree", kNumbers), numbers(1, 2));
}

TEST(TreesTest, TwoThatMakeOneNameTreesOfDifferentKindsConflict) {
    const Machine machine;
    Transaction one = machine.begin(), two = machine.begin();
    put(*edit_tree(one, "tree", kNumbers), 1);
    edit_tree(two, "tree", kTexts)->put(bytes("a"), bytes("b"));
    one.commit();
    EXPECT_THROW(two.commit(), ConflictError);
    Transaction again = machine.begin();
    EXPECT_THROW(edit_tree(again, "tree", kTexts), TypeError);
}

TEST(TreesTest, ANameErasedAndUsedAgainIsAnotherTree) {
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 5));
    const core::ObjectId old = find_root(machine->snapshot(), "tree")->id;
    Transaction transaction = machine.begin();
    erase_root(transaction, "tree");
    EXPECT_FALSE(find_root(transaction, "tree"));
    put(*edit_tree(transaction, "tree", kNumbers), 9);
    transaction.commit();
    EXPECT_EQ(content(machine->snapshot(), "tree", kNumbers), numbers(9, 10));
    EXPECT_NE(find_root(machine->snapshot(), "tree")->id, old);
    EXPECT_EQ(content(*open_tree(machine->snapshot(), old, kNumbers)), numbers(0, 5));
    // And of another kind as well.
    Transaction other = machine.begin();
    erase_root(other, "tree");
    edit_tree(other, "tree", kTexts)->put(bytes("a"), bytes("b"));
    other.commit();
    EXPECT_EQ(content(machine->snapshot(), "tree", kTexts), (Content{{"a", "b"}}));
    EXPECT_TRUE(machine.verify().ok());
}

TEST(TreesTest, ANameGivenAwayKeepsItsNewMeaning) {
    const Machine machine;
    fill(machine, "other", kNumbers, numbers(0, 2));
    const core::ObjectId other = find_root(machine->snapshot(), "other")->id;
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "tree", kNumbers);
    set_root(transaction, "tree", other);
    put(*tree, 9);  // into a tree that has no name
    EXPECT_EQ(find_root(transaction, "tree")->id, other);
    transaction.commit();
    EXPECT_EQ(find_root(machine->snapshot(), "tree")->id, other);
    EXPECT_EQ(content(machine->snapshot(), "tree", kNumbers), numbers(0, 2));
    EXPECT_TRUE(machine.verify().ok());
}

TEST(TreesTest, TwoNamesThatBecameOneTreeMeanwhileConflict) {
    const Machine machine;
    fill(machine, "x", kNumbers, numbers(0, 1));
    const core::ObjectId x = find_root(machine->snapshot(), "x")->id;
    Transaction transaction = machine.begin();
    put(*edit_tree(transaction, "a", kNumbers), 1);
    put(*edit_tree(transaction, "b", kNumbers), 2);
    Transaction other = machine.begin();
    set_root(other, "a", x);
    set_root(other, "b", x);
    other.commit();
    EXPECT_THROW(transaction.commit(), ConflictError);
    EXPECT_EQ(content(machine->snapshot(), "a", kNumbers), numbers(0, 1));
    EXPECT_TRUE(machine.verify().ok());
}

TEST(TreesTest, ATreeThatANameMeantIsReadWithTheName) {
    const Machine machine;
    fill(machine, "a", kNumbers, numbers(0, 1));
    fill(machine, "b", kNumbers, numbers(0, 1));
    Transaction transaction = machine.begin();
    put(*edit_tree(transaction, "a", kNumbers), 7);
    Transaction other = machine.begin();
    set_root(other, "a", find_root(other, "b")->id);
    other.commit();
    EXPECT_THROW(transaction.commit(), ConflictError);
}

TEST(TreesTest, AnErasedTreeIsGoneWithEverything) {
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 5));
    const core::ObjectId id = find_root(machine->snapshot(), "tree")->id;
    const Snapshot before = machine->snapshot();
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "tree", kNumbers);
    erase(transaction, id);
    EXPECT_THROW(tree->put(bytes(number(1)), bytes(word(1))), NotFoundError);
    EXPECT_THROW(static_cast<void>(tree->find(bytes(number(1)))), NotFoundError);
    EXPECT_THROW(edit_tree(transaction, id, kNumbers), NotFoundError);
    EXPECT_THROW(erase(transaction, id), NotFoundError);
    EXPECT_THROW(set_root(transaction, "again", id), NotFoundError);
    EXPECT_FALSE(find_root(transaction, "tree")->tree);
    erase_root(transaction, "tree");
    transaction.commit();
    EXPECT_THROW(open_tree(machine->snapshot(), id, kNumbers), NotFoundError);
    EXPECT_TRUE(roots(machine->snapshot()).empty());
    EXPECT_EQ(content(*open_tree(before, id, kNumbers)), numbers(0, 5));
    EXPECT_TRUE(machine.verify().ok());
}

TEST(TreesTest, BothMayEraseOneTree) {
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 5));
    const core::ObjectId id = find_root(machine->snapshot(), "tree")->id;
    Transaction one = machine.begin(), two = machine.begin();
    erase(one, id);
    erase(two, id);
    one.commit();
    two.commit();
    EXPECT_EQ(machine.verify().dangling_references.size(), 1U);  // the root name
}

TEST(TreesTest, ATreeErasedMeanwhileConflictsWithItsUse) {
    const auto after_erasure = [](const std::function<void(TreeWriter&, Transaction&)>& use,
                                  Isolation isolation) {
        const Machine machine;
        fill(machine, "tree", kNumbers, numbers(0, 5));
        const core::ObjectId id = find_root(machine->snapshot(), "tree")->id;
        Transaction transaction = machine.begin(isolation);
        use(*edit_tree(transaction, id, kNumbers), transaction);
        Transaction other = machine.begin();
        erase(other, id);
        other.commit();
        transaction.commit();
    };
    const auto writes = [](TreeWriter& tree, Transaction&) { put(tree, 1); };
    const auto clears = [](TreeWriter& tree, Transaction&) { tree.clear(); };
    const auto opens = [](TreeWriter&, Transaction& transaction) {
        put(*edit_tree(transaction, "other", kNumbers), 1);
    };
    const auto reads = [&](TreeWriter& tree, Transaction& transaction) {
        static_cast<void>(tree.contains(bytes(number(3))));
        opens(tree, transaction);
    };
    for (const Isolation isolation : {Isolation::serializable, Isolation::snapshot}) {
        EXPECT_THROW(after_erasure(writes, isolation), ConflictError);
        EXPECT_THROW(after_erasure(clears, isolation), ConflictError);
        EXPECT_NO_THROW(after_erasure(opens, isolation));
    }
    EXPECT_THROW(after_erasure(reads, Isolation::serializable), ConflictError);
    EXPECT_NO_THROW(after_erasure(reads, Isolation::snapshot));
}

TEST(TreesTest, AMadeTreeIsThereAfterTheCommitOnly) {
    const Machine machine;
    Transaction transaction = machine.begin();
    const core::ObjectId id = create_tree(transaction, kTexts);
    const auto tree = edit_tree(transaction, id, kTexts);
    tree->put(bytes("a"), bytes("b"));
    EXPECT_THROW(open_tree(machine->snapshot(), id, kTexts), NotFoundError);
    EXPECT_THROW(edit_tree(transaction, id, kNumbers), TypeError);
    transaction.commit();
    EXPECT_EQ(content(*open_tree(machine->snapshot(), id, kTexts)), (Content{{"a", "b"}}));
    EXPECT_THROW(tree->put(bytes("c"), bytes("d")), UsageError);
}

TEST(TreesTest, ARolledBackTreeWasNeverMade) {
    const Machine machine;
    Transaction transaction = machine.begin();
    put(*edit_tree(transaction, "kept", kNumbers), 1);
    const std::size_t mark = transaction.savepoint();
    const auto made = edit_tree(transaction, create_tree(transaction, kNumbers), kNumbers);
    const auto named = edit_tree(transaction, "named", kNumbers);
    static_cast<void>(named->id());
    put(*named, 2);
    erase_root(transaction, "kept");
    transaction.rollback_to(mark);
    EXPECT_THROW(put(*made, 1), UsageError);
    EXPECT_EQ(named->size(), 0U);
    EXPECT_FALSE(find_root(transaction, "named"));
    put(*edit_tree(transaction, "kept", kNumbers), 3);
    transaction.commit();
    EXPECT_EQ(roots(machine->snapshot()).size(), 1U);
    EXPECT_EQ(content(machine->snapshot(), "kept", kNumbers), numbers(1, 4, 2));
    EXPECT_EQ(machine.verify().trees, 1U);
}

TEST(TreesTest, KindsAreChecked) {
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 1));
    const core::ObjectId id = find_root(machine->snapshot(), "tree")->id;
    EXPECT_THROW(open_tree(machine->snapshot(), id, kTexts), TypeError);
    EXPECT_THROW(open_tree(machine->snapshot(), core::ObjectId{999}, kTexts), NotFoundError);
    EXPECT_THROW(open_tree(machine->snapshot(), core::ObjectId{1}, kTexts), NotFoundError);
    Transaction transaction = machine.begin();
    EXPECT_THROW(edit_tree(transaction, id, kTexts), TypeError);
    EXPECT_THROW(edit_tree(transaction, "tree", kTexts), TypeError);
    EXPECT_THROW(edit_tree(transaction, "texts", kTexts)->add(bytes("a"), 1), UsageError);
    EXPECT_THROW(edit_tree(transaction, "texts", kTexts)->put(bytes(std::string(1025, 'k')), {}),
                 UsageError);
}

TEST(TreesTest, AnIterationShowsTheTreeAsItWasWhenItBegan) {
    const NodeSizes sizes(3);
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 40, 2));
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "tree", kNumbers);
    put(*tree, 1);
    Content seen;
    for (const auto cursor = tree->cursor({}); cursor->valid(); cursor->step()) {
        seen.emplace(text(cursor->key_copy()), text(cursor->value()));
        put(*tree, 1000 - seen.size());
        tree->erase(bytes(number(38 - seen.size())));
        if (seen.size() == 10) tree->clear();
    }
    Content expected = numbers(0, 40, 2);
    expected.emplace(number(1), word(1));
    EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace vitrine::btree
