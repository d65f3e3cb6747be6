#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <capnp/message.h>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

using Ints = std::vector<std::int64_t>;

class TreeEditorTest : public AccountsTest {
  protected:
    static Ints keys(const auto& range) {
        Ints all;
        for (auto [key, value] : range) all.push_back(key);
        return all;
    }
    template <class V>
    static auto edit(Transaction& tx) {
        return tx.tree<std::string, V>("tree");
    }
    template <class V>
    auto found(std::string_view key) {
        return store_.snapshot().tree<std::string, V>("tree").find(key);
    }
};

std::size_t count_of(const Numbers& tree) { return tree.size(); }

TEST_F(TreeEditorTest, ServesWhereATreeIsReadAndShowsItsOwnChanges) {
    fill_numbers(3);
    Transaction tx = store_.begin();
    auto tree = numbers(tx);
    tree.put(5, 5);
    tree.erase(10);
    EXPECT_EQ(count_of(tree), 3U);
    EXPECT_EQ(keys(tree), (Ints{0, 5, 20}));
    EXPECT_EQ(keys(tree.reversed()), (Ints{20, 5, 0}));
    EXPECT_EQ(tree.floor(10)->key, 5);
    EXPECT_EQ(tree.ceiling(6)->key, 20);
    EXPECT_EQ(numbers(tx).find(5), 5) << "a second editor shows the same";
    EXPECT_EQ(numbers().size(), 3U);
    EXPECT_FALSE(numbers().contains(5));
    tx.commit();
    EXPECT_EQ(keys(numbers()), (Ints{0, 5, 20}));
}

TEST_F(TreeEditorTest, PutInsertsOrReplacesAndInsertOnlyInserts) {
    Transaction tx = store_.begin();
    auto tree = edit<std::string>(tx);
    tree.put("a", "first");
    tree.put("a", "second");
    EXPECT_FALSE(tree.insert("a", "third"));
    EXPECT_EQ(tree.at("a"), "second");
    EXPECT_TRUE(tree.insert("b", "new"));
    tx.commit();
    EXPECT_EQ(found<std::string>("a"), "second");
    EXPECT_EQ(found<std::string>("b"), "new");
}

TEST_F(TreeEditorTest, EraseIsBlindAndRemoveTells) {
    fill_numbers(3);
    Transaction tx = store_.begin();
    auto tree = numbers(tx);
    tree.erase(999);
    EXPECT_FALSE(tree.remove(999));
    EXPECT_TRUE(tree.remove(10));
    EXPECT_FALSE(tree.remove(10));
    tree.put(10, 1);
    EXPECT_TRUE(tree.remove(10));
    tx.commit();
    EXPECT_EQ(keys(numbers()), (Ints{0, 20}));
}

TEST_F(TreeEditorTest, ClearErasesAllThatIsThereAndWhatIsPutAfterwardsStays) {
    fill_numbers(5000);
    Transaction tx = store_.begin();
    auto tree = numbers(tx);
    tree.put(3, 3);
    tree.clear();
    EXPECT_TRUE(tree.empty());
    EXPECT_FALSE(tree.contains(3));
    tree.put(10, 11);
    EXPECT_EQ(tree.size(), 1U);
    tx.commit();
    EXPECT_EQ(keys(numbers()), (Ints{10}));
    EXPECT_EQ(numbers().at(10), 11);
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(TreeEditorTest, UpdateChangesNumbersTextsAndStructsInPlace) {
    store_.transact([](Transaction& tx) {
        auto readings = tx.tree<std::int64_t, Reading>("readings");
        readings.put(1, [](Reading::Builder r) { r.setStation("north"); });
        readings.update(1, [](Reading::Builder r) { r.setDegrees(r.getDegrees() + 4.5); });
        auto texts = edit<std::string>(tx);
        texts.put("a", "x");
        texts.update("a", [](std::string_view text) { return std::string(text) + "y"; });
        numbers(tx).put(1, 1);
        numbers(tx).update(1, [](std::int64_t n) { return n * 10; });
    });
    const auto reading = store_.snapshot().tree<std::int64_t, Reading>("readings").at(1);
    EXPECT_EQ(reading->getStation(), "north");
    EXPECT_EQ(reading->getDegrees(), 4.5);
    EXPECT_EQ(found<std::string>("a"), "xy");
    EXPECT_EQ(numbers().at(1), 10);
    Transaction tx = store_.begin();
    bool called = false;
    EXPECT_THROW(numbers(tx).update(2, [&](std::int64_t n) { return called = true, n; }),
                 NotFoundError);
    EXPECT_FALSE(called);
}

TEST_F(TreeEditorTest, AStructIsPutByFunctionByReaderAndByItem) {
    capnp::MallocMessageBuilder message;
    message.initRoot<Reading>().setStation("read");
    store_.transact([&](Transaction& tx) {
        auto tree = tx.tree<std::int64_t, Reading>("readings");
        tree.put(1, [](Reading::Builder r) { r.setStation("filled"); });
        tree.put(2, message.getRoot<Reading>().asReader());
        tree.put(3, tree.at(1));
        EXPECT_TRUE(tree.insert(4, tree.at(2)));
        EXPECT_EQ(tree.at(3)->getStation(), "filled");
    });
    const auto tree = store_.snapshot().tree<std::int64_t, Reading>("readings");
    EXPECT_EQ(tree.at(1)->getStation(), "filled");
    EXPECT_EQ(tree.at(2)->getStation(), "read");
    EXPECT_EQ(tree.at(3)->getStation(), "filled");
    EXPECT_EQ(tree.at(4)->getStation(), "read");
    for (auto [key, reading] : tree) EXPECT_FALSE(reading.getStation().size() == 0) << key;
}

TEST_F(TreeEditorTest, AddCountsFromZeroAndSumsWithOneself) {
    Transaction tx = store_.begin();
    auto tree = numbers(tx);
    tree.add(1, 5);
    tree.add(1, -7);
    EXPECT_EQ(tree.at(1), -2);
    tree.put(2, 10);
    tree.add(2, 1);
    EXPECT_EQ(tree.at(2), 11);
    tree.add(3, 4);
    tree.erase(3);
    EXPECT_FALSE(tree.contains(3));
    tree.erase(4);
    tree.add(4, 4);
    tx.tree<std::string, double>("tree").add("half", 0.5);
    tx.tree<std::string, double>("tree").add("half", 0.25);
    tx.commit();
    EXPECT_EQ(numbers().at(1), -2);
    EXPECT_EQ(numbers().at(4), 4);
    EXPECT_FALSE(numbers().contains(3));
    EXPECT_EQ(found<double>("half"), 0.75);
}

TEST_F(TreeEditorTest, AddIsSignedForUnsignedValuesAndIntegersWrap) {
    store_.transact([](Transaction& tx) {
        auto bytes = edit<std::uint8_t>(tx);
        bytes.put("down", 5);
        bytes.add("down", -3);
        bytes.add("below", -1);
        bytes.put("over", 250);
        bytes.add("over", 10);
        auto small = tx.tree<std::string, std::int16_t>("small");
        small.put("over", 32767);
        small.add("over", 1);
        auto large = tx.tree<std::string, std::int64_t>("large");
        large.put("over", std::numeric_limits<std::int64_t>::max());
        large.add("over", 1);
    });
    EXPECT_EQ(found<std::uint8_t>("down"), 2);
    EXPECT_EQ(found<std::uint8_t>("below"), 255);
    EXPECT_EQ(found<std::uint8_t>("over"), 4);
    EXPECT_EQ((store_.snapshot().tree<std::string, std::int16_t>("small").at("over")), -32768);
    EXPECT_EQ((store_.snapshot().tree<std::string, std::int64_t>("large").at("over")),
              std::numeric_limits<std::int64_t>::min());
}

TEST_F(TreeEditorTest, AnIterationShowsTheTreeAsItWasWhenItBegan) {
    fill_numbers(300);
    Transaction tx = store_.begin();
    auto tree = numbers(tx);
    tree.put(5, 5);
    Ints shown;
    for (auto [key, value] : tree) {
        shown.push_back(key);
        tree.put(key + 1, value);
        tree.erase(key);
        EXPECT_EQ(value, key);
    }
    EXPECT_EQ(shown.size(), 301U);
    EXPECT_EQ(shown[1], 5);
    EXPECT_EQ(tree.size(), 301U);
    for (auto [key, value] : tree) {
        EXPECT_EQ(key, value + 1);
        tree.clear();
    }
    EXPECT_TRUE(tree.empty());
    tx.commit();
    EXPECT_TRUE(numbers().empty());
}

TEST_F(TreeEditorTest, AnIterationOutlivesTheTransactionsSavepoint) {
    fill_numbers(3);
    Transaction tx = store_.begin();
    auto tree = numbers(tx);
    const Savepoint point = tx.savepoint();
    tree.put(5, 5);
    tx.rollback_to(point);
    EXPECT_EQ(keys(tree), (Ints{0, 10, 20}));
    tree.put(7, 7);
    tx.commit();
    EXPECT_EQ(keys(numbers()), (Ints{0, 7, 10, 20}));
}

}  // namespace
}  // namespace vitrine::test
