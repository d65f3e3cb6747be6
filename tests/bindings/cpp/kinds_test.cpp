#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include <capnp/schema.capnp.h>
#include <gtest/gtest.h>

#include <vitrine/detail/key_codec.hpp>
#include <vitrine/detail/tree_kind.hpp>
#include <vitrine/detail/value_codec.hpp>
#include <vitrine/error.hpp>
#include <vitrine/tree_range.hpp>

#include "btree/key.hpp"
#include "btree/key_text.hpp"

namespace vitrine::detail {
namespace {

using namespace std::string_literals;
using capnp::schema::Node;  // a struct that everybody has

template <class K, class Q>
btree::KeyBytes encoded(const Q& key) {
    return key_bytes<K>(key);
}

/// The key that the bytes stand for, as a tree shows it.
template <class K>
K decoded(const btree::KeyBytes& bytes) {
    std::string unescaped;
    if constexpr (KeyCodec<K>::kFixed)
        return KeyCodec<K>::view(btree::head_of(bytes));
    else
        return KeyCodec<K>::own(KeyCodec<K>::view(bytes, unescaped));
}

/// Every key comes back, and the bytes are in the order of the keys.
template <class K>
void expect_order(std::vector<K> keys) {
    std::sort(keys.begin(), keys.end());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        EXPECT_EQ(decoded<K>(encoded<K>(keys[i])), keys[i]) << i;
        if (i == 0) continue;
        const auto order = btree::compare_keys(encoded<K>(keys[i - 1]), encoded<K>(keys[i]));
        EXPECT_EQ(order < 0, keys[i - 1] < keys[i]) << i;
    }
}

template <class K>
std::vector<K> corners() {
    using Limits = std::numeric_limits<K>;
    return {Limits::lowest(), static_cast<K>(Limits::lowest() + 1), K(0),         K(1), K(2),
            K(127),           static_cast<K>(Limits::max() / 2),    Limits::max()};
}

template <class V, class Q>
V through_value(const Q& value) {
    return ValueCodec<V>::own(EncodedValue<V>{value});
}

TEST(KindsTest, IntegersSortAsNumbersWhateverTheirWidth) {
    expect_order(corners<std::int8_t>());
    expect_order(corners<std::uint8_t>());
    expect_order(corners<std::int16_t>());
    expect_order(corners<std::uint16_t>());
    expect_order(corners<std::int32_t>());
    expect_order(corners<std::uint32_t>());
    expect_order(corners<std::int64_t>());
    expect_order(corners<std::uint64_t>());
    expect_order(std::vector<std::int8_t>{-128, -1, 0, 1, 127});
}

TEST(KindsTest, DoublesSortAsNumbersAndMinusZeroIsZero) {
    const double infinity = std::numeric_limits<double>::infinity();
    expect_order(std::vector<double>{-infinity, -1e300, -1.5, -5e-324, 0.0, 5e-324, 0.1, 1.0, 1e300,
                                     infinity});
    EXPECT_EQ(encoded<double>(-0.0), encoded<double>(0.0));
    EXPECT_FALSE(std::signbit(decoded<double>(encoded<double>(-0.0))));
    EXPECT_EQ((encoded<std::tuple<double>>(std::tuple{-0.0})),
              (encoded<std::tuple<double>>(std::tuple{0.0})));
}

TEST(KindsTest, NaNIsNoKeyButAValue) {
    const double nan = std::nan("");
    EXPECT_THROW(encoded<double>(nan), UsageError);
    EXPECT_THROW(encoded<std::tuple<double>>(std::tuple{nan}), UsageError);
    EXPECT_TRUE(std::isnan(through_value<double>(nan)));
}

TEST(KindsTest, AStringAloneIsItsOwnBytes) {
    EXPECT_EQ(encoded<std::string>("ab"), (btree::KeyBytes{std::byte{'a'}, std::byte{'b'}}));
    expect_order(std::vector<std::string>{"", "\0"s, "a", "a\0"s, "a\0b"s, "ab", "b", "\xFF", "ä"});
    const Bytes bytes{std::byte{0}, std::byte{255}};
    EXPECT_EQ(decoded<Bytes>(encoded<Bytes>(bytes)), bytes);
}

TEST(KindsTest, TuplesSortFieldByFieldWhateverTheirTextsHold) {
    using K = std::tuple<std::string, std::int16_t, std::string>;
    std::vector<K> keys;
    const std::vector<std::string> texts{"",      "\0"s, "\0\0"s, "\0\xFF"s, "a",      "a\0"s,
                                         "a\0b"s, "ab",  "\x01",  "\xFF",    "\xFF\0"s};
    for (const auto& first : texts)
        for (const int number : {-32768, -1, 0, 1, 32767})
            for (const auto& last : texts)
                keys.emplace_back(first, static_cast<std::int16_t>(number), last);
    expect_order(keys);
}

TEST(KindsTest, NumbersInTuplesTakeTheirOwnWidth) {
    using K = std::tuple<std::int8_t, std::uint16_t, std::int32_t, double>;
    EXPECT_EQ(encoded<K>(K{1, 2, 3, 4.0}).size(), 1U + 2 + 4 + 8);
    expect_order(std::vector<K>{K{-1, 0, 0, 0}, K{-1, 65535, -5, 1}, K{-1, 65535, -5, -1},
                                K{0, 0, -1, 0}, K{0, 0, 1, -2.5}, K{127, 1, 1, 1}});
}

TEST(KindsTest, LeadingFieldsAreAPrefixOfTheKeysThatHaveThem) {
    using K = std::tuple<std::string, std::int64_t>;
    FieldWriter scratch;
    const BytesView prefix = KeyCodec<K>::encode_fields(scratch, "station-3");
    const btree::KeyBytes low{prefix.begin(), prefix.end()};
    const auto high = end_of_prefix(prefix);
    ASSERT_TRUE(high.has_value());
    const auto inside = [&](const K& key) {
        const auto bytes = encoded<K>(key);
        return btree::compare_keys(bytes, low) >= 0 && btree::compare_keys(bytes, *high) < 0;
    };
    EXPECT_TRUE(inside(K{"station-3", std::numeric_limits<std::int64_t>::min()}));
    EXPECT_TRUE(inside(K{"station-3", std::numeric_limits<std::int64_t>::max()}));
    EXPECT_FALSE(inside(K{"station-30", 0}));
    EXPECT_FALSE(inside(K{"station-3\0"s, 0}));
    EXPECT_FALSE(inside(K{"station-2\xFF\xFF", 0}));
}

TEST(KindsTest, APrefixOfHighestBytesHasNoEnd) {
    const Bytes highest(3, std::byte{0xFF});
    EXPECT_EQ(end_of_prefix(highest), std::nullopt);
    EXPECT_EQ(end_of_prefix({}), std::nullopt);
    const Bytes mixed{std::byte{1}, std::byte{0xFF}};
    EXPECT_EQ(end_of_prefix(mixed), Bytes{std::byte{2}});
}

TEST(KindsTest, KeysMayBe1024BytesAndNoLonger) {
    EXPECT_EQ(encoded<std::string>(std::string(1024, 'x')).size(), 1024U);
    EXPECT_THROW(encoded<std::string>(std::string(1025, 'x')), UsageError);
    EXPECT_THROW(encoded<Bytes>(Bytes(1025)), UsageError);
    using K = std::tuple<std::string, std::int8_t>;
    EXPECT_EQ((encoded<K>(K{std::string(1021, 'x'), 1}).size()), 1024U);  // 2 end the text
    EXPECT_THROW(encoded<K>(K{std::string(1022, 'x'), 1}), UsageError);
    EXPECT_EQ((encoded<K>(K{std::string(510, '\0'), 1}).size()), 1023U);  // zeros take 2
    EXPECT_THROW(encoded<K>(K{std::string(511, '\0'), 1}), UsageError);
    EXPECT_THROW(encoded<K>(K{std::string(100'000, 'x'), 1}), UsageError);
}

TEST(KindsTest, AnIntegerThatDoesNotFitIsNamed) {
    const auto message = [](auto&& call) -> std::string {
        try {
            call();
        } catch (const UsageError& error) {
            return error.what();
        }
        return "nothing was thrown";
    };
    EXPECT_EQ(message([] { encoded<std::int8_t>(128); }), "the integer 128 does not fit into i8");
    EXPECT_EQ(message([] { encoded<std::uint64_t>(-1); }), "the integer -1 does not fit into u64");
    EXPECT_EQ(message([] { encoded<std::int64_t>(~std::uint64_t{0}); }),
              "the integer 18446744073709551615 does not fit into i64");
    EXPECT_EQ(message([] { through_value<bool>(2); }), "the integer 2 does not fit into bool");
    EXPECT_EQ(message([] { through_value<double>((1LL << 53) + 1); }),
              "the integer 9007199254740993 does not fit into double");
    EXPECT_EQ(through_value<double>(-(1LL << 53)), -9007199254740992.0);
    EXPECT_EQ(through_value<double>(std::numeric_limits<std::int64_t>::min()), -0x1p63);
    EXPECT_EQ(through_value<std::uint8_t>(255L), 255);
}

TEST(KindsTest, NumbersAreWordsWithTheirSignExtended) {
    std::uint64_t word = 0;
    const BytesView bytes = ValueCodec<std::int16_t>::encode(-2, word);
    EXPECT_EQ(bytes.size(), 8U);
    EXPECT_EQ(word, ~std::uint64_t{0} - 1);
    EXPECT_EQ(through_value<std::int16_t>(-2), -2);
    EXPECT_EQ(through_value<bool>(true), true);
    EXPECT_EQ(through_value<double>(-0.5F), -0.5);
    EXPECT_EQ(through_value<Ref<Node>>(Ref<Node>{AnyRef{77}}).id(), 77U);
}

TEST(KindsTest, TextsAreTakenFromWhateverHoldsThem) {
    EXPECT_EQ(through_value<std::string>("literal"), "literal");
    EXPECT_EQ(through_value<std::string>(std::string_view("a\0b", 3)), "a\0b"s);
    EXPECT_EQ(through_value<std::string>(capnp::Text::Reader("capnp")), "capnp");
    EXPECT_EQ(encoded<std::string>(capnp::Text::Reader("ab")), encoded<std::string>("ab"));
}

TEST(KindsTest, StructsAreFlatWhetherFilledOrCopied) {
    FlatWords words;
    const BytesView filled = ValueCodec<Node>::encode(
        [](Node::Builder node) {
            node.setDisplayName("overwritten and longer");
            node.setDisplayName("name");  // what was overwritten leaves no hole behind
            node.setId(7);
        },
        words);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(filled.data()) % 8, 0U);
    EXPECT_EQ(filled.size() % 8, 0U);
    const Node::Reader reader = ValueCodec<Node>::view(filled);
    EXPECT_EQ(reader.getId(), 7U);
    EXPECT_STREQ(reader.getDisplayName().cStr(), "name");
    FlatWords copied;
    EXPECT_TRUE(std::ranges::equal(ValueCodec<Node>::encode(reader, copied), filled));
}

TEST(KindsTest, LargeStructsAreFlatToo) {
    const std::string name(100'000, 'n');
    FlatWords words;
    const BytesView bytes =
        ValueCodec<Node>::encode([&](Node::Builder node) { node.setDisplayName(name); }, words);
    EXPECT_EQ(to_text(ValueCodec<Node>::view(bytes).getDisplayName()), name);
}

TEST(KindsTest, KindsHaveTheNamesThatFilesHold) {
    using Deep = TreeRef<std::tuple<std::string, std::int64_t>, TreeRef<Bytes, bool>>;
    const auto& kind = kind_of_tree<std::uint32_t, Deep>().kind;
    EXPECT_EQ(kind.key, "u32");
    EXPECT_EQ(kind.value, "tree (string,i64) -> tree bytes -> bool");
    EXPECT_TRUE(kind.fixed_keys);
    EXPECT_EQ(kind.form, btree::ValueForm::word);
    const auto& rows = kind_of_tree<std::tuple<std::uint8_t, double>, Node>();
    EXPECT_EQ(rows.kind.key, "(u8,double)");
    EXPECT_EQ(rows.kind.value, "struct 0xe682ab4cf923a417");
    EXPECT_FALSE(rows.kind.fixed_keys);
    EXPECT_EQ(rows.type, &kStructType<Node>);
    EXPECT_EQ((kind_of_tree<double, Ref<Node>>().kind.value), "ref 0xe682ab4cf923a417");
    EXPECT_EQ((kind_of_tree<double, Unit>().kind.value), "unit");
    EXPECT_EQ((kind_of_tree<double, Unit>().kind.form), btree::ValueForm::none);
}

TEST(KindsTest, AKeyIsShownAsItsUserKnowsIt) {
    const auto shown = []<class K>(K key) {
        return btree::key_text(kind_of_tree<K, Unit>().kind, encoded<K>(key));
    };
    EXPECT_EQ(shown(std::int8_t{-7}), "-7");
    EXPECT_EQ(shown(std::uint64_t{7}), "7");
    EXPECT_EQ(shown(-2.5), "-2.5");
    EXPECT_EQ(shown("a\"b\n"s), R"("a\"b\x0a")");
    EXPECT_EQ(shown(std::string(100, 'x')), "\"" + std::string(64, 'x') + "…\"");
    EXPECT_EQ(shown(std::tuple{"st\0"s, std::int16_t{-100}, 1.5}), R"(("st\x00", -100, 1.5))");
}

TEST(KindsTest, ADamagedCompositeKeyIsRefused) {
    using K = std::tuple<std::string, std::int16_t>;
    btree::KeyBytes key = encoded<K>(K{"a\0b"s, 1});
    for (std::size_t size = 0; size < key.size(); ++size) {
        const btree::KeyBytes cut(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_THROW(decoded<K>(cut), CorruptionError) << size;
    }
    key.push_back(std::byte{0});
    EXPECT_THROW(decoded<K>(key), CorruptionError);
    key = encoded<K>(K{"a\0b"s, 1});
    key[2] = std::byte{7};  // 00 followed by neither FF nor 00
    EXPECT_THROW(decoded<K>(key), CorruptionError);
}

}  // namespace
}  // namespace vitrine::detail
