#include "btree/overlay_cursor.hpp"

#include <gtest/gtest.h>

#include "tests/btree/random_edits.hpp"

// An iteration inside a transaction: base and operations merged, either way, within any bounds.

namespace vitrine::btree {
namespace {

using namespace test;

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs walk(const TreeReader& tree, const Bounds& bounds) {
    Pairs all;
    for (const auto cursor = tree.cursor(bounds); cursor->valid(); cursor->step())
        all.emplace_back(text(cursor->key_copy()), text(cursor->value()));
    return all;
}

Pairs expected(const Content& content, const Bounds& bounds) {
    const Content part = TreeModel::cut(content, bounds);
    Pairs all(part.begin(), part.end());
    if (bounds.reversed) std::reverse(all.begin(), all.end());
    return all;
}

class OverlayCursorTest : public testing::Test {
  protected:
    OverlayCursorTest() { fill(machine_, "tree", kNumbers, numbers(0, 9000, 3)); }

    /// Many more operations than are merged at once, in a few leaves.
    void edit(TreeWriter& tree, Content& shown) {
        for (std::uint64_t i = 1000; i < 4000; ++i) {
            if (i % 3 == 0 && i % 2 == 0) {
                tree.erase(bytes(number(i)));
                shown.erase(number(i));
            } else if (i % 7 == 0) {
                tree.add(bytes(number(i)), 5);
                shown[number(i)] = word(i % 3 == 0 ? i + 5 : 5);
            } else {
                tree.put(bytes(number(i)), bytes(word(i * 2)));
                shown[number(i)] = word(i * 2);
            }
        }
        for (std::uint64_t i = 6000; i < 7000; ++i) {  // whole leaves gone
            tree.erase(bytes(number(i)));
            shown.erase(number(i));
        }
        for (std::uint64_t i = 9000; i < 9600; ++i) {  // beyond the last leaf
            tree.put(bytes(number(i)), bytes(word(i)));
            shown[number(i)] = word(i);
        }
    }
    void expect_walks(const TreeReader& tree, const Content& shown) {
        const std::uint64_t places[] = {0, 1, 999, 2500, 3999, 6000, 6500, 6999, 9300, 20'000};
        for (const bool reversed : {false, true}) {
            EXPECT_EQ(walk(tree, {.reversed = reversed}), expected(shown, {.reversed = reversed}));
            for (const std::uint64_t low : places)
                for (const std::uint64_t high : places) {
                    const Bounds bounds{.low = key_bytes(number(low)),
                                        .high = key_bytes(number(high)),
                                        .high_included = low % 2 == 0,
                                        .reversed = reversed};
                    ASSERT_EQ(walk(tree, bounds), expected(shown, bounds)) << low << " " << high;
                }
        }
    }

    const Machine machine_;
};

TEST_F(OverlayCursorTest, ShowsBaseAndOperationsMerged) {
    Transaction transaction = machine_.begin();
    const auto tree = edit_tree(transaction, "tree", kNumbers);
    Content shown = numbers(0, 9000, 3);
    edit(*tree, shown);
    expect_walks(*tree, shown);
}

TEST_F(OverlayCursorTest, AfterAClearShowsTheOperationsOnly) {
    Transaction transaction = machine_.begin();
    const auto tree = edit_tree(transaction, "tree", kNumbers);
    tree->clear();
    Content shown;
    for (std::uint64_t i = 0; i < 3000; i += 2) {
        tree->put(bytes(number(i)), bytes(word(i)));
        shown[number(i)] = word(i);
    }
    expect_walks(*tree, shown);
}

TEST_F(OverlayCursorTest, OfATreeThatIsNotThereYetShowsTheOperations) {
    Transaction transaction = machine_.begin();
    const auto tree = edit_tree(transaction, "new", kNumbers);
    expect_walks(*tree, {});
    for (const auto& [key, value] : numbers(0, 1000)) tree->put(bytes(key), bytes(value));
    expect_walks(*tree, numbers(0, 1000));
}

TEST_F(OverlayCursorTest, AValueItHoldsOutlivesTransactionAndStore) {
    ValueHold hold;
    ByteSpan value;
    {
        const Machine machine;
        fill(machine, "tree", kTexts, {{"a", "base"}, {"l", std::string(3000, 'l')}});
        Transaction transaction = machine.begin();
        const auto tree = edit_tree(transaction, "tree", kTexts);
        tree->put(bytes("b"), bytes("mine"));
        const auto cursor = tree->cursor({.low = key_bytes("b")});
        hold = cursor->hold_value();
        value = cursor->value();
        cursor->step();
        const auto large = cursor->hold_value();
        EXPECT_EQ(text(cursor->value()), std::string(3000, 'l'));
    }
    EXPECT_EQ(text(value), "mine");
}

}  // namespace
}  // namespace vitrine::btree
