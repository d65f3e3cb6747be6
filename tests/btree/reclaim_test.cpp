#include <functional>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/btree/random_edits.hpp"

// What nobody can see any longer is not stored: rows are counted.

namespace vitrine::btree {
namespace {

using namespace test;

// Every row is the newest version of something reachable.
void expect_nothing_leaks(const Machine& machine, std::size_t large_values) {
    settle(machine);
    const VerifyReport report = machine.verify();
    EXPECT_TRUE(report.ok());
    const std::size_t catalog = 1;
    EXPECT_EQ(machine.rows_of(kLargeValueType), large_values);
    EXPECT_EQ(machine.rows().size(), report.nodes + report.trees + catalog + large_values);
}

Content large_texts(std::size_t count) {
    Content all;
    for (std::size_t i = 0; i < count; ++i)
        all.emplace("key " + std::to_string(i), std::string(2000, static_cast<char>('a' + i % 26)));
    return all;
}

class ReclaimTest : public testing::Test {
  protected:
    /// A transaction that is gone afterwards: it holds its base as long as it lives.
    void commit(const std::function<void(Transaction&)>& work) {
        Transaction transaction = machine_.begin();
        work(transaction);
        transaction.commit();
    }

    const NodeSizes sizes_{4};
    const Machine machine_;
};

TEST_F(ReclaimTest, AClearedTreeLeavesNoNodesAndNoLargeValues) {
    fill(machine_, "tree", kTexts, large_texts(50));
    expect_nothing_leaks(machine_, 50);
    commit([](Transaction& transaction) { edit_tree(transaction, "tree", kTexts)->clear(); });
    expect_nothing_leaks(machine_, 0);
    EXPECT_EQ(machine_.verify().nodes, 1U);  // the catalog's leaf
}

TEST_F(ReclaimTest, ErasedAndReplacedLargeValuesGo) {
    fill(machine_, "tree", kTexts, large_texts(20));
    commit([](Transaction& transaction) {
        const auto tree = edit_tree(transaction, "tree", kTexts);
        tree->erase(bytes("key 1"));
        tree->put(bytes("key 2"), bytes("short"));
        tree->put(bytes("key 3"), bytes(std::string(3000, 'x')));
        tree->put(bytes("key 4"), bytes(large_texts(20).at("key 4")));
    });
    expect_nothing_leaks(machine_, 18);
}

TEST_F(ReclaimTest, AnErasedTreeLeavesNothing) {
    fill(machine_, "tree", kTexts, large_texts(30));
    commit([](Transaction& transaction) {
        erase(transaction, find_root(transaction, "tree")->id);
        erase_root(transaction, "tree");
    });
    expect_nothing_leaks(machine_, 0);
}

TEST_F(ReclaimTest, WhatASnapshotSeesStaysUntilItIsGone) {
    fill(machine_, "tree", kTexts, large_texts(30));
    {
        const Snapshot before = machine_->snapshot();
        commit([](Transaction& transaction) { edit_tree(transaction, "tree", kTexts)->clear(); });
        settle(machine_);
        machine_->trim_cache();
        EXPECT_EQ(content(before, "tree", kTexts), large_texts(30));
        EXPECT_EQ(machine_.rows_of(kLargeValueType), 30U);
    }
    expect_nothing_leaks(machine_, 0);
}

TEST_F(ReclaimTest, ConflictsAndAbortsLeaveNothing) {
    fill(machine_, "tree", kTexts, large_texts(5));
    for (int i = 0; i < 5; ++i) {
        Transaction loser = machine_.begin();
        const auto tree = edit_tree(loser, "tree", kTexts);
        for (const auto& [key, value] : large_texts(20)) tree->put(bytes(key), bytes(value + "!"));
        fill(machine_, "tree", kTexts, {{"key 0", std::string(2000 + 8U * i, 'z')}});
        EXPECT_THROW(loser.commit(), ConflictError);
    }
    expect_nothing_leaks(machine_, 5);
}

TEST_F(ReclaimTest, RandomEditsLeakNothing) {
    const Flavour flavour{Flavour::Keys::text, Flavour::Values::large, 60};
    RandomEdits random(77, flavour);
    std::vector<Snapshot> held;
    for (int i = 0; i < 300; ++i) {
        Transaction transaction = machine_.begin();
        const auto tree = edit_tree(transaction, "tree", flavour.kind());
        TreeModel model(content(*tree), true);
        for (int n = 0; n < 6; ++n) random.write(*tree, model);
        transaction.commit();
        if (random.chance(5)) held.push_back(machine_->snapshot());
        if (held.size() > 4)
            held.erase(held.begin() + static_cast<std::ptrdiff_t>(random.below(4)));
        if (random.chance(20)) machine_->trim_cache();
    }
    held.clear();
    std::size_t large = 0;
    for (const auto& [key, value] : content(machine_->snapshot(), "tree", flavour.kind()))
        large += value.size() > kInlineValueBytes ? 1U : 0U;
    expect_nothing_leaks(machine_, large);
}

}  // namespace
}  // namespace vitrine::btree
