#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;

class SetOperationsTest : public AccountsTest {
  protected:
    Numbers tree_of(const std::string& name, const Pairs& entries) {
        store_.transact([&](Transaction& tx) {
            auto tree = tx.tree<std::int64_t, std::int64_t>(name);
            static_cast<void>(tree.ref());
            for (const auto& [key, value] : entries) tree.put(key, value);
        });
        return store_.snapshot().tree<std::int64_t, std::int64_t>(name);
    }
    static Pairs shown(const auto& range) {
        Pairs all;
        for (auto [key, value] : range) all.emplace_back(key, value);
        return all;
    }
};

TEST_F(SetOperationsTest, ShowEntriesOfTheFirstInKeyOrder) {
    const Numbers a = tree_of("a", {{1, 10}, {3, 30}, {5, 50}});
    const Numbers b = tree_of("b", {{0, -1}, {3, -3}, {4, -4}, {5, -5}, {9, -9}});
    EXPECT_EQ(shown(union_of(a, b)), (Pairs{{0, -1}, {1, 10}, {3, 30}, {4, -4}, {5, 50}, {9, -9}}));
    EXPECT_EQ(shown(intersection_of(a, b)), (Pairs{{3, 30}, {5, 50}}));
    EXPECT_EQ(shown(difference_of(a, b)), (Pairs{{1, 10}}));
    EXPECT_EQ(shown(difference_of(b, a)), (Pairs{{0, -1}, {4, -4}, {9, -9}}));
}

TEST_F(SetOperationsTest, TakeEmptyTreesAndATreeWithItself) {
    const Numbers a = tree_of("a", {{1, 10}, {2, 20}});
    const Numbers none = tree_of("none", {});
    EXPECT_EQ(shown(union_of(a, none)), shown(a));
    EXPECT_EQ(shown(union_of(none, a)), shown(a));
    EXPECT_EQ(shown(union_of(none, none)), Pairs{});
    EXPECT_EQ(shown(intersection_of(a, none)), Pairs{});
    EXPECT_EQ(shown(difference_of(a, none)), shown(a));
    EXPECT_EQ(shown(difference_of(none, a)), Pairs{});
    EXPECT_EQ(shown(union_of(a, a)), shown(a));
    EXPECT_EQ(shown(intersection_of(a, a)), shown(a));
    EXPECT_EQ(shown(difference_of(a, a)), Pairs{});
}

TEST_F(SetOperationsTest, OutliveTheirTreesAndTheStore) {
    const auto range = union_of(tree_of("a", {{1, 10}}), tree_of("b", {{2, 20}}));
    store_.close();
    EXPECT_EQ(shown(range), (Pairs{{1, 10}, {2, 20}}));
}

TEST_F(SetOperationsTest, AreLazy) {
    tree_of("a", {{1, 10}, {2, 20}, {3, 30}});
    tree_of("b", {{1, -1}, {9, -9}});
    Transaction tx = store_.begin();
    auto a = tx.tree<std::int64_t, std::int64_t>("a");
    auto b = tx.tree<std::int64_t, std::int64_t>("b");
    for (auto [key, value] : union_of(a, b))
        if (key == 1) break;
    tx.create<Account>();
    store_.transact([](Transaction& other) {
        other.tree<std::int64_t, std::int64_t>("a").put(3, 0);
        other.tree<std::int64_t, std::int64_t>("b").put(10, 0);
    });
    EXPECT_TRUE(commits(tx)) << "what it did not come to was not read";
}

TEST_F(SetOperationsTest, InATransactionAreReadAndValidated) {
    tree_of("a", {{1, 10}, {2, 20}});
    tree_of("b", {{2, -2}});
    Transaction tx = store_.begin();
    auto a = tx.tree<std::int64_t, std::int64_t>("a");
    auto b = tx.tree<std::int64_t, std::int64_t>("b");
    a.put(3, 30);
    EXPECT_EQ(shown(difference_of(a, b)), (Pairs{{1, 10}, {3, 30}}));
    store_.transact(
        [](Transaction& other) { other.tree<std::int64_t, std::int64_t>("b").put(1, 0); });
    EXPECT_FALSE(commits(tx));
}

}  // namespace
}  // namespace vitrine::test
