#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/btree/random_edits.hpp"

// Two transactions on one tree of tiny nodes do random things; a model without nodes says whether
// the second may commit, and what is there then. Each failure names its seed.

namespace vitrine::btree {
namespace {

using namespace test;

struct Two {
    const Machine& machine;
    RandomEdits random;
    TreeKind kind;
    Isolation isolation;
};

void edit(Two& two, TreeWriter& tree, TreeModel& model, std::size_t most, bool reads) {
    for (std::size_t n = two.random.below(most) + 1; n != 0; --n) {
        if (reads && two.random.chance(2)) {
            two.random.read(tree, model);
        } else {
            two.random.write(tree, model);
        }
    }
}

// The second transaction, with a savepoint now and then.
void edit_second(Two& two, Transaction& transaction, TreeWriter& tree, TreeModel& model) {
    edit(two, tree, model, 3, true);
    if (!two.random.chance(5)) return;
    const TreeModel::State saved = model.state;
    const std::size_t mark = transaction.savepoint();
    edit(two, tree, model, 3, true);
    transaction.rollback_to(mark);
    model.state = saved;
    edit(two, tree, model, 2, true);
}

// One round: the base as it is, others commit, then the second tries.
void round(Two& two, std::size_t& conflicts) {
    const Snapshot before = two.machine->snapshot();
    const Content base = content(before, "tree", two.kind);
    Transaction second = two.machine.begin(two.isolation);
    const auto tree = edit_tree(second, "tree", two.kind);
    TreeModel model(base, two.isolation == Isolation::serializable);
    edit_second(two, second, *tree, model);

    Content newest = base;
    for (std::size_t n = two.random.below(3) + 1; n != 0; --n) {
        Transaction first = two.machine.begin(two.isolation);
        const auto others = edit_tree(first, "tree", two.kind);
        TreeModel other(newest, true);
        edit(two, *others, other, 4, two.random.chance(4));
        first.commit();
        newest = other.result(newest);
    }
    const std::optional<std::string> expected = model.conflict(newest);
    try {
        second.commit();
        ASSERT_FALSE(expected) << "committed in spite of a conflict: " << *expected;
        newest = model.result(newest);
    } catch (const ConflictError& error) {
        ASSERT_TRUE(expected) << error.what();
        ++conflicts;
        EXPECT_GT(error.with(), before.version()) << error.what();
        EXPECT_LE(error.with(), two.machine->version()) << error.what();
        ASSERT_TRUE(error.tree()) << error.what();
    }
    ASSERT_EQ(content(two.machine->snapshot(), "tree", two.kind), newest);
    EXPECT_EQ(tree_in(two.machine->snapshot(), "tree", two.kind)->size(), newest.size());
    two.random.left_open.clear();
    // What the second saw as its base is still there.
    ASSERT_EQ(content(before, "tree", two.kind), base);
}

void run(Flavour flavour, Isolation isolation, std::uint64_t first_seed, std::uint64_t seeds) {
    std::size_t conflicts = 0, rounds = 0;
    const Machine machine;
    for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const NodeSizes sizes(2 + seed % 4);
        Two two{machine, RandomEdits(seed, flavour), flavour.kind(), isolation};
        Transaction start = machine.begin();
        const auto tree = edit_tree(start, "tree", two.kind);
        tree->clear();
        for (std::size_t n = two.random.below(flavour.range) + 1; n != 0; --n)
            tree->put(bytes(two.random.key()), bytes(two.random.value()));
        start.commit();
        for (int i = 0; i < 10; ++i, ++rounds) {
            round(two, conflicts);
            if (testing::Test::HasFailure()) return;
        }
        if (seed % 10 == 0) {
            ASSERT_TRUE(machine.verify().ok());
        }
    }
    // A run in which all or none conflict would show nothing.
    EXPECT_GT(conflicts, rounds / 20);
    EXPECT_LT(conflicts, rounds * 19 / 20);
}

constexpr Flavour kFixed{Flavour::Keys::fixed, Flavour::Values::word, 24};
constexpr Flavour kWide{Flavour::Keys::fixed, Flavour::Values::word, 200};
constexpr Flavour kText{Flavour::Keys::text, Flavour::Values::large, 24};
constexpr Flavour kSets{Flavour::Keys::tuple, Flavour::Values::none, 24};

TEST(TreeConflictRandomTest, NumbersConflictAsTheModelSays) {
    run(kFixed, Isolation::serializable, 1, 2000);
}
TEST(TreeConflictRandomTest, NumbersConflictAsTheModelSaysUnderSnapshotIsolation) {
    run(kFixed, Isolation::snapshot, 10'001, 2000);
}
TEST(TreeConflictRandomTest, DeepTreesConflictAsTheModelSays) {
    run(kWide, Isolation::serializable, 20'001, 300);
    run(kWide, Isolation::snapshot, 25'001, 300);
}
TEST(TreeConflictRandomTest, TextsConflictAsTheModelSays) {
    run(kText, Isolation::serializable, 30'001, 500);
    run(kText, Isolation::snapshot, 35'001, 500);
}
TEST(TreeConflictRandomTest, SetsConflictAsTheModelSays) {
    run(kSets, Isolation::serializable, 40'001, 500);
    run(kSets, Isolation::snapshot, 45'001, 500);
}

}  // namespace
}  // namespace vitrine::btree
