#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

using Strings = std::vector<std::string>;

class TreeTest : public AccountsTest {
  protected:
    /// Puts the keys, each with its place as value, and returns them as the tree then shows them.
    template <class K>
    std::vector<K> in_order(const std::string& name, const std::vector<K>& keys) {
        store_.transact([&](Transaction& tx) {
            auto tree = tx.tree<K, std::int64_t>(name);
            for (std::size_t i = 0; i < keys.size(); ++i)
                tree.put(keys[i], static_cast<std::int64_t>(i));
        });
        const auto tree = store_.snapshot().tree<K, std::int64_t>(name);
        for (std::size_t i = 0; i < keys.size(); ++i)
            EXPECT_EQ(tree.at(keys[i]), static_cast<std::int64_t>(i));
        std::vector<K> shown;
        for (auto [key, value] : tree) shown.push_back(K(key));
        return shown;
    }
    /// Puts one value and returns what a snapshot finds.
    template <class V, class W>
    auto through(const std::string& name, const W& value) {
        store_.transact([&](Transaction& tx) { tx.tree<std::string, V>(name).put("key", value); });
        return store_.snapshot().tree<std::string, V>(name).at("key");
    }
    template <class T>
    void expect_integers(const std::string& name) {
        using Limits = std::numeric_limits<T>;
        const T middle = Limits::max() / 2;
        EXPECT_EQ(in_order<T>(name + " key", {Limits::max(), middle, Limits::min()}),
                  (std::vector<T>{Limits::min(), middle, Limits::max()}));
        EXPECT_EQ(through<T>(name, Limits::min()), Limits::min());
        EXPECT_EQ(through<T>(name, Limits::max()), Limits::max());
    }
    static std::vector<std::int64_t> keys(const auto& range) {
        std::vector<std::int64_t> all;
        for (auto [key, value] : range) all.push_back(key);
        return all;
    }
    static Strings texts(const auto& range) {
        Strings all;
        for (auto [key, value] : range) all.emplace_back(key);
        return all;
    }
    using Ints = std::vector<std::int64_t>;
};

TEST_F(TreeTest, TakesIntegersOfAnyWidthAsKeysAndValues) {
    expect_integers<std::int8_t>("i8");
    expect_integers<std::uint8_t>("u8");
    expect_integers<std::int16_t>("i16");
    expect_integers<std::uint16_t>("u16");
    expect_integers<std::int32_t>("i32");
    expect_integers<std::uint32_t>("u32");
    expect_integers<std::int64_t>("i64");
    expect_integers<std::uint64_t>("u64");
}

TEST_F(TreeTest, WidthAndSignArePartOfTheKind) {
    fill_numbers(1);
    const Snapshot snapshot = store_.snapshot();
    EXPECT_THROW((snapshot.tree<std::uint64_t, std::int64_t>("numbers")), TypeError);
    EXPECT_THROW((snapshot.tree<std::int32_t, std::int64_t>("numbers")), TypeError);
    EXPECT_THROW((snapshot.tree<std::int64_t, std::int32_t>("numbers")), TypeError);
    EXPECT_THROW((snapshot.find_tree<std::int64_t, double>("numbers")), TypeError);
}

TEST_F(TreeTest, TakesDoublesAsKeysAndMinusZeroIsZero) {
    EXPECT_EQ(in_order<double>("double", {2.5, -1e300, -0.0, 1e-300}),
              (std::vector<double>{-1e300, 0.0, 1e-300, 2.5}));
    const auto tree = store_.snapshot().tree<double, std::int64_t>("double");
    EXPECT_TRUE(tree.contains(0.0));
    EXPECT_TRUE(tree.contains(-0.0));
    EXPECT_THROW(static_cast<void>(tree.find(std::nan(""))), UsageError);
    EXPECT_THROW(static_cast<void>(tree.from(std::nan(""))), UsageError);
}

TEST_F(TreeTest, OrdersStringsAndBytesBytewise) {
    using namespace std::string_literals;
    EXPECT_EQ(in_order<std::string>("string", {"b", "\xff", "a\0b"s, "ab", "", "a", "B"}),
              (Strings{"", "B", "a", "a\0b"s, "ab", "b", "\xff"}));
    const Bytes low{std::byte{0}};
    const Bytes middle{std::byte{0x7f}, std::byte{0}};
    const Bytes high{std::byte{0x80}};
    store_.transact([&](Transaction& tx) {
        auto tree = tx.tree<Bytes, Bytes>("bytes");
        for (const Bytes& key : {high, low, middle}) tree.put(key, key);
    });
    std::vector<Bytes> shown;
    for (auto [key, value] : store_.snapshot().tree<Bytes, Bytes>("bytes")) {
        static_assert(std::same_as<decltype(key), BytesView>);
        shown.emplace_back(key.begin(), key.end());
        EXPECT_EQ(Bytes(value.begin(), value.end()), shown.back());
    }
    EXPECT_EQ(shown, (std::vector<Bytes>{low, middle, high}));
}

TEST_F(TreeTest, OrdersTuplesFieldByField) {
    using Key = std::tuple<std::string, std::int32_t, double>;
    const std::vector<Key> sorted{
        {"", 5, 0}, {"a", -1, 2}, {"a", 3, -1}, {"a", 3, 1}, {"ab", -9, 0}};
    store_.transact([&](Transaction& tx) {
        auto tree = tx.tree<Key, std::int64_t>("tuples");
        for (auto key = sorted.rbegin(); key != sorted.rend(); ++key) tree.put(*key, 1);
    });
    const auto tree = store_.snapshot().tree<Key, std::int64_t>("tuples");
    std::vector<Key> shown;
    for (auto [key, value] : tree) shown.emplace_back(key);
    EXPECT_EQ(shown, sorted);
    EXPECT_EQ(tree.at(std::tuple("a", 3, 1.0)), 1);
    EXPECT_EQ(tree.first()->key, sorted.front());
    const auto count = [](const auto& range) { return std::distance(range.begin(), range.end()); };
    EXPECT_EQ(count(tree.prefix("a")), 3) << "the field is \"a\", not what begins with it";
    EXPECT_EQ(count(tree.prefix("a", 3)), 2);
    EXPECT_EQ(count(tree.prefix("b")), 0);
}

TEST_F(TreeTest, TakesEveryKindOfValue) {
    EXPECT_EQ(through<double>("double", -2.5), -2.5);
    EXPECT_EQ(through<bool>("bool", true), true);
    EXPECT_EQ(through<bool>("bool", false), false);
    EXPECT_EQ(through<std::string>("string", std::string_view("a\0b", 3)), std::string("a\0b", 3));
    EXPECT_EQ(through<Bytes>("bytes", Bytes(3, std::byte{9})), Bytes(3, std::byte{9}));
    const Ref<Account> account = make("Ada");
    EXPECT_EQ(through<Ref<Account>>("ref", account), account);
    fill_numbers(3);
    using Inner = TreeRef<std::int64_t, std::int64_t>;
    const Inner inner = numbers().ref();
    EXPECT_EQ(through<Inner>("tree", inner), inner);
    EXPECT_EQ(store_.snapshot().tree(inner).size(), 3U);
    const Item<Account> item = through<Account>("struct", *store_.snapshot().get(account));
    EXPECT_EQ(item->getOwner(), "Ada");
}

TEST_F(TreeTest, TakesValuesOfAnySize) {
    const std::string large(3 << 20, 'x');
    EXPECT_EQ(through<std::string>("large", large), large);
    EXPECT_EQ(through<std::string>("large", std::string()), "");
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(TreeTest, IsASetOfItsKeysWhenTheValueIsUnit) {
    store_.transact([](Transaction& tx) {
        TreeSetEditor<std::string> tags = tx.tree<std::string, Unit>("tags");
        tags.put("b");
        EXPECT_TRUE(tags.insert("a"));
        EXPECT_FALSE(tags.insert("a"));
    });
    const TreeSet<std::string> tags = store_.snapshot().tree<std::string, Unit>("tags");
    Strings shown;
    for (std::string_view tag : tags) shown.emplace_back(tag);
    EXPECT_EQ(shown, (Strings{"a", "b"}));
    EXPECT_TRUE(tags.contains("a"));
}

TEST_F(TreeTest, FindsWhatIsThereAndSaysWhatIsNot) {
    fill_numbers(3);
    const Numbers tree = numbers();
    EXPECT_EQ(tree.size(), 3U);
    EXPECT_FALSE(tree.empty());
    EXPECT_EQ(tree.find(10), 10);
    EXPECT_EQ(tree.find(11), std::nullopt);
    EXPECT_EQ(tree.at(20), 20);
    EXPECT_THROW(static_cast<void>(tree.at(21)), NotFoundError);
    EXPECT_TRUE(tree.contains(0));
    EXPECT_FALSE(tree.contains(1));
    std::int64_t seen = -1;
    EXPECT_TRUE(tree.visit(10, [&](std::int64_t value) { seen = value; }));
    EXPECT_FALSE(tree.visit(11, [&](std::int64_t) { seen = -2; }));
    EXPECT_EQ(seen, 10);
}

TEST_F(TreeTest, ShowsRangesHalfOpenAndBothWays) {
    fill_numbers(5);
    const Numbers tree = numbers();
    EXPECT_EQ(keys(tree), (Ints{0, 10, 20, 30, 40}));
    EXPECT_EQ(keys(tree.range(10, 30)), (Ints{10, 20}));
    EXPECT_EQ(keys(tree.range(9, 31)), (Ints{10, 20, 30}));
    EXPECT_EQ(keys(tree.range(30, 10)), Ints{});
    EXPECT_EQ(keys(tree.range(10, 10)), Ints{});
    EXPECT_EQ(keys(tree.from(30)), (Ints{30, 40}));
    EXPECT_EQ(keys(tree.until(20)), (Ints{0, 10}));
    EXPECT_EQ(keys(tree.reversed()), (Ints{40, 30, 20, 10, 0}));
    EXPECT_EQ(keys(tree.range(10, 40).reversed()), (Ints{30, 20, 10}));
    EXPECT_EQ(keys(tree.range(30, 10).reversed()), Ints{});
}

TEST_F(TreeTest, ShowsThePrefixOfAString) {
    in_order<std::string>("t", {"ab", "abc", "b", "a", "ab\xff\xff", "ac", "\xff\xff", "\xff"});
    const auto tree = store_.snapshot().tree<std::string, std::int64_t>("t");
    EXPECT_EQ(texts(tree.prefix("ab")), (Strings{"ab", "abc", "ab\xff\xff"}));
    EXPECT_EQ(texts(tree.prefix("\xff")), (Strings{"\xff", "\xff\xff"}));
    EXPECT_EQ(texts(tree.prefix("")).size(), 8U);
    EXPECT_EQ(texts(tree.prefix("ab").reversed()), (Strings{"ab\xff\xff", "abc", "ab"}));
}

TEST_F(TreeTest, FindsTheNearestKeys) {
    fill_numbers(3);
    const Numbers tree = numbers();
    EXPECT_EQ(tree.first()->key, 0);
    EXPECT_EQ(tree.last()->value, 20);
    EXPECT_EQ(tree.floor(10)->key, 10);
    EXPECT_EQ(tree.floor(19)->key, 10);
    EXPECT_FALSE(tree.floor(-1));
    EXPECT_EQ(tree.ceiling(10)->key, 10);
    EXPECT_EQ(tree.ceiling(11)->key, 20);
    EXPECT_FALSE(tree.ceiling(21));
    fill_numbers(0);
    EXPECT_FALSE(numbers().first());
    EXPECT_FALSE(numbers().last());
    EXPECT_TRUE(numbers().empty());
}

TEST_F(TreeTest, PartitionsAreTheTreeInOrderAndOfAboutEqualWork) {
    fill_numbers(20000);
    const Numbers tree = numbers();
    for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
        const auto parts = tree.partitions(n);
        EXPECT_EQ(parts.size(), n);
        Ints all;
        for (const auto& part : parts) {
            const Ints here = keys(part);
            EXPECT_GT(here.size(), 20000 / n / 3);
            all.insert(all.end(), here.begin(), here.end());
        }
        EXPECT_EQ(all, keys(tree));
    }
    fill_numbers(1);
    EXPECT_LE(numbers().partitions(8).size(), 8U);
    EXPECT_THROW(static_cast<void>(tree.partitions(0)), UsageError);
}

TEST_F(TreeTest, ShowsWhatItsSnapshotShows) {
    fill_numbers(3);
    const Numbers before = numbers();
    auto iterator = before.begin();
    fill_numbers(0);
    EXPECT_EQ(before.size(), 3U);
    EXPECT_EQ(keys(before), (Ints{0, 10, 20}));
    ++iterator;
    EXPECT_EQ((*iterator).key, 10);
}

TEST_F(TreeTest, ManyKeysAreFoundAsOneByOne) {
    constexpr std::int64_t kKeys = 5000;
    store_.transact([&](Transaction& tx) {
        auto numbers = tx.tree<std::int64_t, std::int64_t>("numbers");
        auto named = tx.tree<std::string, std::string>("named");
        for (std::int64_t i = 0; i < kKeys; i += 2) {
            numbers.put(i, i * i);
            named.put("key " + std::to_string(i), std::string(i % 50 == 0 ? 3000 : 5, 'v'));
        }
    });
    std::vector<std::int64_t> numbers;
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < 1000; ++i) {
        numbers.push_back(i * 7919 % (kKeys + 100) - 50);
        names.push_back("key " + std::to_string(numbers.back()));
    }
    const auto expect_all = [&](const auto& tree, const auto& keys) {
        for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 64U, 65U, 1000U}) {
            const auto some = std::span(keys).first(count);
            const auto found = tree.find_many(some);
            ASSERT_EQ(found.size(), count);
            for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(found[i], tree.find(some[i])) << i;
            std::vector<int> visits(count);
            tree.visit_many(some, [&](std::size_t i, const auto& value) {
                ++visits[i];
                EXPECT_EQ(value.has_value(), found[i].has_value());
            });
            EXPECT_EQ(visits, std::vector<int>(count, 1));
        }
    };
    const auto expect_both = [&](auto&& of) {
        expect_all(of.template tree<std::int64_t, std::int64_t>("numbers"), numbers);
        expect_all(of.template tree<std::string, std::string>("named"), names);
    };
    const Snapshot snapshot = store_.snapshot();
    expect_both(snapshot);
    expect_both(snapshot.view());
    store_.trim_cache();
    expect_both(snapshot);
    store_.transact([&](Transaction& tx) {
        tx.tree<std::int64_t, std::int64_t>("numbers").put(1, 1);
        expect_both(tx);
    });
    const auto empty = store_.transact(
        [](Transaction& tx) { return tx.tree<std::int64_t, std::int64_t>("empty").ref(); });
    for (const auto& value : store_.snapshot().tree(empty).find_many(numbers)) EXPECT_FALSE(value);
}

}  // namespace
}  // namespace vitrine::test
