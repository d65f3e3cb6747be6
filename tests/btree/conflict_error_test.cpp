#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/btree/fixture.hpp"

// What a ConflictError tells: the commit that won, the tree, and the key as a person reads it.

namespace vitrine::btree {
namespace {

using namespace test;

ConflictError conflict_of(Transaction& transaction) {
    try {
        transaction.commit();
    } catch (const ConflictError& error) {
        return error;
    }
    throw std::runtime_error("no conflict");
}

TEST(ConflictErrorTest, NamesTheCommitThatWonTheTreeAndTheKey) {
    const Machine machine;
    fill(machine, "prices", kTexts, {{"a\"b", "1"}, {"c", "1"}});
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "prices", kTexts);
    tree->put(bytes("a\"b"), bytes("2"));
    const Version winner = fill(machine, "prices", kTexts, {{"a\"b", "3"}});
    fill(machine, "prices", kTexts, {{"c", "4"}});
    const ConflictError error = conflict_of(transaction);
    EXPECT_EQ(error.with(), winner);
    EXPECT_EQ(error.tree(), AnyRef{find_root(machine->snapshot(), "prices")->id.value});
    EXPECT_FALSE(error.object());
    EXPECT_EQ(error.key(), R"("a\"b")");
    const std::string what = error.what();
    EXPECT_NE(what.find(error.key()), std::string::npos) << what;
    EXPECT_NE(what.find("written"), std::string::npos) << what;
    EXPECT_NE(what.find(std::to_string(winner.value())), std::string::npos) << what;
}

TEST(ConflictErrorTest, NamesTheChangedKeyOfARange) {
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 10));
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "tree", kNumbers);
    static_cast<void>(content(*tree));
    tree->put(bytes(number(100)), bytes(word(0)));
    const Version winner = fill(machine, "tree", kNumbers, {{number(7), word(0)}});
    const ConflictError error = conflict_of(transaction);
    EXPECT_EQ(error.key(), "7");
    EXPECT_EQ(error.with(), winner);
}

TEST(ConflictErrorTest, NamesTheTreeWhoseCountWasRead) {
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 10));
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "tree", kNumbers);
    EXPECT_EQ(tree->size(), 10U);
    tree->put(bytes(number(3)), bytes(word(0)));
    const Version winner = fill(machine, "tree", kNumbers, {{number(70), word(0)}});
    const ConflictError error = conflict_of(transaction);
    EXPECT_EQ(error.with(), winner);
    EXPECT_EQ(error.tree(), AnyRef{tree_in(machine->snapshot(), "tree", kNumbers)->id()});
    EXPECT_EQ(error.key(), "");
}

TEST(ConflictErrorTest, NamesTheCommitThatWonAmongManyKeys) {
    // More keys than are remembered one by one: the count is the same, the key is gone.
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 4000));
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, "tree", kNumbers);
    tree->put(bytes(number(3999)), bytes(word(0)));
    Transaction many = machine.begin();
    const auto others = edit_tree(many, "tree", kNumbers);
    for (std::uint64_t key = 2000; key < 4000; ++key) {
        others->erase(bytes(number(key)));
        others->put(bytes(number(key + 10'000)), bytes(word(0)));
    }
    const Version winner = many.commit();
    EXPECT_EQ(conflict_of(transaction).with(), winner);
}

TEST(ConflictErrorTest, NamesTheRoot) {
    const Machine machine;
    fill(machine, "a", kNumbers, numbers(0, 1));
    fill(machine, "b", kNumbers, numbers(0, 1));
    const core::ObjectId a = find_root(machine->snapshot(), "a")->id;
    const core::ObjectId b = find_root(machine->snapshot(), "b")->id;
    Transaction transaction = machine.begin();
    set_root(transaction, "current", a);
    Transaction other = machine.begin();
    set_root(other, "current", b);
    const Version winner = other.commit();
    const ConflictError error = conflict_of(transaction);
    EXPECT_EQ(error.key(), "current");
    EXPECT_EQ(error.with(), winner);
    EXPECT_NE(std::string(error.what()).find("root \"current\""), std::string::npos);
    EXPECT_EQ(find_root(machine->snapshot(), "current")->id, b);
}

TEST(ConflictErrorTest, NamesAnErasedTree) {
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 10));
    const core::ObjectId id = find_root(machine->snapshot(), "tree")->id;
    Transaction transaction = machine.begin();
    edit_tree(transaction, id, kNumbers)->put(bytes(number(3)), bytes(word(0)));
    Transaction other = machine.begin();
    erase(other, id);
    const Version winner = other.commit();
    const ConflictError error = conflict_of(transaction);
    EXPECT_EQ(error.tree(), core::to_ref(id));
    EXPECT_EQ(error.with(), winner);
    EXPECT_NE(std::string(error.what()).find("erased"), std::string::npos);
}

}  // namespace
}  // namespace vitrine::btree
