#include <algorithm>

#include <gtest/gtest.h>

#include "core/lmdb/lmdb_storage.hpp"
#include "tests/btree/random_edits.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"

// Random operations in many commits, against a map: what a transaction shows, what it leaves, and
// what older snapshots go on showing.

namespace vitrine::btree {
namespace {

using namespace test;

struct Run {
    Flavour flavour;
    Limits limits{};
    std::size_t commits = 150;
    std::size_t edits = 12;
    StoreOptions options{};
};

void check_shape(const Machine& machine, const Content& expected) {
    const VerifyReport report = machine.verify();
    for (const Fault& fault : report.faults) ADD_FAILURE() << fault.what;
    EXPECT_EQ(report.entries, expected.size() + report.roots);
    EXPECT_TRUE(report.dangling_references.empty());
}

void check_tree(const TreeReader& tree, const Content& expected, RandomEdits& random) {
    ASSERT_EQ(content(tree), expected);
    ASSERT_EQ(tree.size(), expected.size());
    for (int i = 0; i < 5; ++i) {
        Bounds part = random.bounds();
        ASSERT_EQ(content(tree, part), TreeModel::cut(expected, part));
        const std::vector<KeyBytes> cuts = tree.cuts(part, 1 + random.below(6));
        ASSERT_TRUE(std::is_sorted(cuts.begin(), cuts.end(), [](const auto& a, const auto& b) {
            return compare_keys(a, b) < 0;
        }));
        for (const KeyBytes& at : cuts) {
            EXPECT_TRUE(!part.low || compare_keys(*part.low, at) < 0);
            EXPECT_TRUE(!part.high || compare_keys(at, *part.high) < 0);
        }
        const std::string key = random.key();
        EXPECT_EQ(tree.contains(bytes(key)), expected.contains(key));
        const auto found = tree.find(bytes(key));
        ASSERT_EQ(found.has_value(), expected.contains(key));
        if (found) {
            EXPECT_EQ(text(found->bytes), expected.at(key));
        }
    }
}

// One transaction of random edits, with savepoints. Returns what the tree is after it.
Content edit_once(const Machine& machine, const Run& run, RandomEdits& random,
                  const Content& before) {
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "tree", run.flavour.kind());
    TreeModel model(before, true);
    std::optional<std::pair<std::size_t, TreeModel::State>> saved;
    for (std::size_t i = 0; i < run.edits; ++i) {
        if (random.chance(3)) {
            random.read(*tree, model);
        } else {
            random.write(*tree, model);
        }
        if (random.chance(8)) saved = {transaction.savepoint(), model.state};
        if (saved && random.chance(8)) {
            transaction.rollback_to(saved->first);
            model.state = saved->second;
        }
    }
    EXPECT_EQ(content(*tree), model.view());
    random.left_open.clear();
    if (random.chance(10)) {
        transaction.abort();
        return before;
    }
    transaction.commit();
    return model.view();
}

void run_against_map(const Run& run, std::uint64_t seed, Machine machine) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const NodeSizes sizes(run.limits);
    RandomEdits random(seed, run.flavour);
    fill(machine, "tree", run.flavour.kind(), {{random.key(), random.value()}});
    Content now = content(machine->snapshot(), "tree", run.flavour.kind());
    std::vector<std::pair<Snapshot, Content>> old;
    for (std::size_t i = 0; i < run.commits && !testing::Test::HasFatalFailure(); ++i) {
        now = edit_once(machine, run, random, now);
        if (random.chance(10)) machine->trim_cache();
        check_tree(*tree_in(machine->snapshot(), "tree", run.flavour.kind()), now, random);
        if (random.chance(4)) check_shape(machine, now);
        if (random.chance(6)) old.emplace_back(machine->snapshot(), now);
        if (!old.empty() && random.chance(6)) {
            const auto& [snapshot, then] = old[random.below(old.size())];
            check_tree(*tree_in(snapshot, "tree", run.flavour.kind()), then, random);
        }
        if (old.size() > 6) old.erase(old.begin() + static_cast<std::ptrdiff_t>(random.below(6)));
    }
    check_shape(machine, now);
    for (const auto& [snapshot, then] : old)
        EXPECT_EQ(content(snapshot, "tree", run.flavour.kind()), then);
    if (machine.disk == nullptr) return;
    old.clear();
    const Machine again({}, machine.disk->reopen());
    EXPECT_EQ(content(again->snapshot(), "tree", run.flavour.kind()), now);
    check_shape(again, now);
}

StoreOptions tiny_cache() {
    StoreOptions options;
    options.cache_bytes = 8192;
    return options;
}

using Keys = Flavour::Keys;
using Values = Flavour::Values;

class TreeModelTest : public testing::TestWithParam<std::tuple<Keys, Values>> {
  protected:
    [[nodiscard]] Flavour flavour(std::uint64_t range) const {
        return {std::get<0>(GetParam()), std::get<1>(GetParam()), range};
    }
};

TEST_P(TreeModelTest, TinyNodesAreLikeAMap) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const Limits limits{.max_entries = 2 + seed % 5};
        run_against_map({flavour(30 + 20 * seed), limits, 80}, seed, Machine{});
    }
}

TEST_P(TreeModelTest, SmallRowsAreLikeAMap) {
    for (std::uint64_t seed = 11; seed <= 14; ++seed)
        run_against_map({flavour(120), Limits{.max_row_bytes = 288 + 64 * (seed % 4)}, 60}, seed,
                        Machine{});
}

TEST_P(TreeModelTest, FullNodesAreLikeAMap) {
    for (std::uint64_t seed = 21; seed <= 22; ++seed)
        run_against_map({flavour(700), Limits{}, 40, 30}, seed, Machine{});
}

TEST_P(TreeModelTest, ATinyCacheChangesNothing) {
    run_against_map({flavour(100), Limits{.max_entries = 4}, 60}, 31, Machine{tiny_cache()});
}

INSTANTIATE_TEST_SUITE_P(Forms, TreeModelTest,
                         testing::Combine(testing::Values(Keys::fixed, Keys::text, Keys::tuple),
                                          testing::Values(Values::none, Values::word, Values::small,
                                                          Values::large)));

TEST(TreeModelLmdbTest, AFileIsLikeAMap) {
    const core::testing::TemporaryFolder folder;
    const Flavour flavour{Keys::text, Values::large, 80};
    run_against_map({flavour, Limits{.max_entries = 4}, 40}, 41,
                    Machine{core::lmdb::open(folder.file())});
    const Machine again(core::lmdb::open(folder.file()));
    EXPECT_TRUE(again.verify().ok());
    EXPECT_EQ(content(again->snapshot(), "tree", flavour.kind()).size(),
              tree_in(again->snapshot(), "tree", flavour.kind())->size());
}

TEST(TreeModelHugeTest, AValueOfTenMebibytesComesBack) {
    const std::string huge(10 << 20, 'h');
    const Machine machine;
    fill(machine, "tree", kTexts, {{"a", "small"}, {"huge", huge}});
    machine->trim_cache();
    EXPECT_EQ(content(machine->snapshot(), "tree", kTexts).at("huge"), huge);
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "tree", kTexts);
    tree->put(bytes("b"), bytes(huge + "!"));
    EXPECT_EQ(content(*tree).at("b").size(), huge.size() + 1);
    transaction.commit();
    EXPECT_TRUE(machine.verify().ok());
    EXPECT_EQ(machine.rows_of(kLargeValueType), 2U);
}

// Every order of inserting few keys, and every order of taking them out again, a commit each.
void try_all_orders(std::size_t fan_out, std::size_t count) {
    const NodeSizes sizes(fan_out);
    const Machine machine;
    fill(machine, "tree", kNumbers, {});
    {
        Transaction transaction = machine.begin();
        static_cast<void>(edit_tree(transaction, "tree", kNumbers)->id());
        transaction.commit();
    }
    std::vector<std::uint64_t> in(count);
    for (std::size_t i = 0; i < count; ++i) in[i] = i;
    const auto step = [&](std::uint64_t key, bool put, Content& expected) {
        Transaction transaction = machine.begin(Isolation::snapshot);
        const auto tree = edit_tree(transaction, "tree", kNumbers);
        if (put) {
            tree->put(bytes(number(key)), bytes(word(key)));
            expected.emplace(number(key), word(key));
        } else {
            tree->erase(bytes(number(key)));
            expected.erase(number(key));
        }
        transaction.commit();
        const auto shown = tree_in(machine->snapshot(), "tree", kNumbers);
        ASSERT_EQ(content(*shown), expected);
        ASSERT_EQ(shown->size(), expected.size());
    };
    do {
        std::vector<std::uint64_t> out(count);
        for (std::size_t i = 0; i < count; ++i) out[i] = i;
        do {
            Content expected;
            for (const std::uint64_t key : in) step(key, true, expected);
            for (const std::uint64_t key : out) step(key, false, expected);
            if (testing::Test::HasFatalFailure()) return;
        } while (std::next_permutation(out.begin(), out.end()));
        ASSERT_TRUE(machine.verify().ok());
    } while (std::next_permutation(in.begin(), in.end()));
    settle(machine);
    // The catalog, its one leaf, and the headers of the empty tree and of two others.
    EXPECT_EQ(machine.rows().size(), 5U);
}

TEST(TreeOrdersTest, FourKeysInEveryOrderInAndOut) {
    for (const std::size_t fan_out : {2, 3, 4}) try_all_orders(fan_out, 4);
}

TEST(TreeOrdersTest, FiveKeysInEveryOrderInAndOut) { try_all_orders(3, 5); }

}  // namespace
}  // namespace vitrine::btree
