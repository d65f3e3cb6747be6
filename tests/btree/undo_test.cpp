#include "btree/undo.hpp"

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/btree/fixture.hpp"

namespace vitrine::btree::test {
namespace {

StoreOptions with_all_of_the_past() {
    StoreOptions options;
    options.retention = Retention::forever();
    return options;
}

/// Keys below `end`, each with its number and `more` as its value.
Content numbers_plus(std::uint64_t end, std::uint64_t more) {
    Content all;
    for (std::uint64_t i = 0; i < end; ++i) all.emplace(number(i), word(i + more));
    return all;
}

TEST(UndoTest, AConflictNamesTheCommitThatChangedTheKeyAgain) {
    const Machine machine(with_all_of_the_past());
    fill(machine, "tree", kNumbers, numbers(0, 4));
    const Version undone = fill(machine, "tree", kNumbers, {{number(1), word(10)}});
    const Version later = fill(machine, "tree", kNumbers, {{number(1), word(11)}});
    fill(machine, "other", kNumbers, numbers(0, 2));
    const UndoPlan plan = plan_undo(*machine.store, undone);
    ASSERT_EQ(plan.conflicts.size(), 1U);
    EXPECT_EQ(plan.conflicts[0].with, later);
}

TEST(UndoTest, TheMessageNamesFiveConflictsAndCountsTheOthers) {
    const Machine machine(with_all_of_the_past());
    fill(machine, "tree", kNumbers, numbers(0, 7));
    const Version undone = fill(machine, "tree", kNumbers, numbers_plus(7, 100));
    fill(machine, "tree", kNumbers, numbers_plus(7, 200));
    try {
        undo(*machine.store, undone);
        FAIL() << "it was undone";
    } catch (const ConflictError& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find("key 4 of tree"), std::string::npos) << message;
        EXPECT_EQ(message.find("key 5 of tree"), std::string::npos) << message;
        EXPECT_TRUE(message.ends_with("; and 2 more")) << message;
    }
}

}  // namespace
}  // namespace vitrine::btree::test
