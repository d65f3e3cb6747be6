#include "btree/leaf.hpp"

#include <map>
#include <random>
#include <string>
#include <string_view>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <gtest/gtest.h>

#include "btree/nodes.capnp.h"
#include "core/payload.hpp"

namespace vitrine::btree {
namespace {

using namespace std::literals;

using Words = std::vector<core::Word>;
using Model = std::map<std::string, std::string>;

constexpr LeafKind kStrings{.fixed_keys = false, .form = ValueForm::bytes};
constexpr LeafKind kNumbers{.fixed_keys = true, .form = ValueForm::word};

ByteSpan bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text(ByteSpan span) {
    return {reinterpret_cast<const char*>(span.data()), span.size()};
}

std::string text(const std::vector<std::byte>& vector) { return text(ByteSpan(vector)); }

std::string number_key(std::uint64_t number) {
    std::string key(kHeadBytes, '\0');
    store_head(number, reinterpret_cast<std::byte*>(key.data()));
    return key;
}

std::vector<Entry> entries(const Model& model) {
    std::vector<Entry> all;
    for (const auto& [key, value] : model) all.push_back({bytes(key), bytes(value), false});
    return all;
}

/// A leaf that owns its record.
struct Built {
    Words words;
    LeafView view;
    Built(std::span<const Entry> all, LeafKind kind)
        : words(build_leaf(all, kind)), view(view_leaf(words)) {}
};

/// Keys of the kinds that go wrong: empty, zero bytes, one the beginning of another, long common
/// beginnings, a difference beyond the head.
class Keys {
  public:
    explicit Keys(std::uint64_t seed) : random_(seed) {}

    std::string make(bool fixed) {
        if (fixed) return number_key(pick(3) == 0 ? random_() : random_() >> (pick(8) * 8));
        static const std::string kStarts[] = {"", "user:", "a common beginning of many keys/"};
        std::string key = start_.empty() ? kStarts[pick(3)] : start_;
        const std::size_t size = pick(20);
        for (std::size_t i = 0; i < size; ++i) key += "\0\0ab\xFF"[pick(5)];
        return key;
    }
    void start_all_with(std::string start) { start_ = std::move(start); }
    std::size_t pick(std::size_t below) { return random_() % below; }

    Model model(std::size_t size, LeafKind kind) {
        Model all;
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t value = kind.form == ValueForm::bytes  ? pick(pick(4) == 0 ? 200 : 20)
                                      : kind.form == ValueForm::word ? 8
                                                                     : 0;
            all[make(kind.fixed_keys)] = std::string(value, static_cast<char>('A' + pick(26)));
        }
        return all;
    }

  private:
    std::mt19937_64 random_;
    std::string start_;
};

void expect_same_search(const LeafView& leaf, const Model& model, const std::string& key) {
    const auto at = model.lower_bound(key);
    const auto index = static_cast<std::uint32_t>(std::distance(model.begin(), at));
    const Position position = locate(leaf, bytes(key));
    EXPECT_EQ(position.index, index) << testing::PrintToString(key);
    EXPECT_EQ(position.found, model.contains(key)) << testing::PrintToString(key);
    EXPECT_EQ(lower_bound(leaf, bytes(key)), index);
}

void expect_holds(const LeafView& leaf, const Model& model) {
    ASSERT_EQ(leaf.count, model.size());
    std::uint32_t i = 0;
    for (const auto& [key, value] : model) {
        EXPECT_EQ(text(key_at(leaf, i)), key);
        EXPECT_EQ(text(leaf.value(i)), value);
        ++i;
    }
    check_order(leaf);
}

TEST(LeafTest, GivesBackWhatItWasBuiltFrom) {
    const Model model{{"apple", "red"}, {"apricot", ""}, {"banana", "yellow"}};
    const Built leaf(entries(model), kStrings);

    EXPECT_EQ(leaf.view.count, 3u);
    EXPECT_EQ(text(key_at(leaf.view, 1)), "apricot");
    EXPECT_EQ(text(leaf.view.value(2)), "yellow");
    const Position banana = locate(leaf.view, bytes("banana"));
    EXPECT_TRUE(banana.found);
    EXPECT_EQ(banana.index, 2u);
    EXPECT_EQ(locate(leaf.view, bytes("avocado")).index, 2u);
    EXPECT_FALSE(locate(leaf.view, bytes("avocado")).found);
}

TEST(LeafTest, SearchesLikeAMap) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE(seed);
        Keys keys(seed);
        if (seed % 3 == 0) keys.start_all_with("the same for all"s.substr(0, keys.pick(17)));
        const LeafKind kind{.fixed_keys = seed % 2 == 0,
                            .form = static_cast<ValueForm>(seed / 2 % 3)};
        const Model model = keys.model(seed % 70, kind);
        const Built leaf(entries(model), kind);
        ASSERT_EQ(core::find_payload_fault(leaf.words), nullptr);
        expect_holds(leaf.view, model);
        for (const auto& [key, value] : model) expect_same_search(leaf.view, model, key);
        for (int i = 0; i < 100; ++i) {
            expect_same_search(leaf.view, model, keys.make(kind.fixed_keys));
        }
        if (kind.fixed_keys) continue;
        for (const char* key : {"", "t", "the same", "the same for all", "the sane", "zzz"}) {
            expect_same_search(leaf.view, model, key);
        }
    }
}

TEST(LeafTest, TellsKeysApartThatDifferOnlyInZerosAtTheEnd) {
    const Model model{{"", "0"},       {"\0"s, "1"},      {"\0\0"s, "2"},
                      {"a", "3"},      {"a\0"s, "4"},     {"a\0\0"s, "5"},
                      {"a\0\1"s, "6"}, {"abcdefgh", "7"}, {"abcdefgh\0"s, "8"}};
    const Built leaf(entries(model), kStrings);
    expect_holds(leaf.view, model);
    for (const auto& [key, value] : model) {
        expect_same_search(leaf.view, model, key);
        expect_same_search(leaf.view, model, key + '\0');
    }
}

TEST(LeafTest, SearchesManyKeysOfOneHead) {
    Model model{{"0", ""}, {"z", ""}};
    for (char c = 'a'; c <= 'z'; c += 2) model["12345678"s + c] = "";
    const Built leaf(entries(model), kStrings);
    for (char c = 'a' - 1; c <= 'z' + 1; ++c) {
        expect_same_search(leaf.view, model, "12345678"s + c);
    }
    expect_same_search(leaf.view, model, "12345678");
    expect_same_search(leaf.view, model, "1234567");
}

TEST(LeafTest, FindsFixedKeysByTheirNumber) {
    const std::uint64_t numbers[] = {0, 1, 0x100, 1ull << 63, ~0ull};
    Model model;
    for (const std::uint64_t number : numbers) model[number_key(number)] = "a number";
    const Built leaf(entries(model), kNumbers);
    for (std::uint32_t i = 0; i < 5; ++i) {
        EXPECT_EQ(leaf.view.heads[i], numbers[i]);
        EXPECT_EQ(locate(leaf.view, numbers[i]).index, i);
        EXPECT_TRUE(locate(leaf.view, numbers[i]).found);
    }
    EXPECT_EQ(lower_bound(leaf.view, 2), 2u);
    EXPECT_FALSE(locate(leaf.view, 2).found);
}

TEST(LeafTest, AnEmptyLeafFindsNothing) {
    for (const LeafKind kind : {kStrings, kNumbers}) {
        const Built leaf({}, kind);
        const Position at = locate(leaf.view, bytes("12345678"));
        EXPECT_EQ(at.index, 0u);
        EXPECT_FALSE(at.found);
        EXPECT_TRUE(entries_of(leaf.view).entries.empty());
    }
}

TEST(LeafTest, BuiltAgainFromItsEntriesIsTheSameRecord) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE(seed);
        Keys keys(seed);
        const LeafKind kind{.fixed_keys = seed % 2 == 0,
                            .form = static_cast<ValueForm>(seed / 2 % 3)};
        const Built leaf(entries(keys.model(40, kind)), kind);
        EXPECT_EQ(build_leaf(entries_of(leaf.view).entries, kind), leaf.words);
    }
}

TEST(LeafTest, KeepsTheStubsOfLargeValues) {
    const LeafView::LargeStub stub{.object = 77, .bytes = 5'000'000};
    const ByteSpan place = std::as_bytes(std::span(&stub, 1));
    const std::vector<Entry> all{{bytes("a"), bytes("odd"), false},
                                 {bytes("b"), place, true},
                                 {bytes("c"), bytes(""), false},
                                 {bytes("d"), place, true}};
    const Built leaf(all, kStrings);
    EXPECT_FALSE(leaf.view.large(0));
    EXPECT_TRUE(leaf.view.large(1));
    EXPECT_FALSE(leaf.view.large(2));
    EXPECT_TRUE(leaf.view.large(3));
    EXPECT_EQ(large_stub(leaf.view, 3).object, 77u);
    EXPECT_EQ(large_stub(leaf.view, 1).bytes, 5'000'000u);
    EXPECT_EQ(text(leaf.view.value(0)), "odd");

    const LeafEntries again = entries_of(leaf.view);
    EXPECT_TRUE(again.entries[1].large);
    EXPECT_EQ(build_leaf(again.entries, kStrings), leaf.words);
}

TEST(LeafTest, StartsWithALargeValue) {
    const LeafView::LargeStub stub{.object = 1, .bytes = 2};
    const Entry entry{bytes("a"), std::as_bytes(std::span(&stub, 1)), true};
    const Built leaf(std::span(&entry, 1), kStrings);
    EXPECT_TRUE(leaf.view.large(0));
    EXPECT_EQ(leaf.view.value(0).size(), 16u);
}

TEST(LeafTest, KeepsValuesOfWholeWordsAligned) {
    Model model;
    for (int i = 0; i < 9; ++i) model[std::string(i, 'k')] = std::string(8 * i, 'v');
    const Built leaf(entries(model), kStrings);
    for (std::uint32_t i = 0; i < leaf.view.count; ++i) {
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(leaf.view.value(i).data()) % 8, 0u);
    }
}

TEST(LeafTest, PutsHeadsAtTheSamePlaceInEveryLeaf) {
    const Built numbers(entries({{number_key(3), "8 bytes."}}), kNumbers);
    const Built strings(entries({{"three", "3"}, {"thrill", ""}}), kStrings);
    const auto place = [](const Built& leaf) { return leaf.view.heads - leaf.words.data(); };
    EXPECT_EQ(place(numbers), place(strings));
    EXPECT_EQ(place(numbers), 8);
}

TEST(LeafTest, MeasuresItsRowExactly) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        Keys keys(seed);
        const LeafKind kind{.fixed_keys = seed % 2 == 0,
                            .form = static_cast<ValueForm>(seed / 2 % 3)};
        const Model model = keys.model(seed, kind);
        const std::vector<Entry> all = entries(model);
        EXPECT_EQ(leaf_row_bytes(all, kind), 16 + 8 * build_leaf(all, kind).size()) << seed;
    }
}

// -- splits ---------------------------------------------------------------------------------------

void expect_valid_cuts(const std::vector<std::size_t>& ends, std::span<const Entry> all,
                       LeafKind kind, const Limits& limits) {
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
        ASSERT_LT(begin, end);
        const auto chunk = all.subspan(begin, end - begin);
        if (chunk.size() > 1) {
            EXPECT_LE(leaf_row_bytes(chunk, kind), limits.max_row_bytes);
        }
        EXPECT_LE(chunk.size(), limits.max_entries);
        begin = end;
    }
    EXPECT_EQ(begin, all.size());
}

TEST(LeafSplitTest, NeverExceedsTheLimits) {
    for (std::uint64_t seed = 0; seed < 120; ++seed) {
        SCOPED_TRACE(seed);
        Keys keys(seed);
        const LeafKind kind{.fixed_keys = seed % 2 == 0,
                            .form = static_cast<ValueForm>(seed / 2 % 3)};
        const Model model = keys.model(keys.pick(2000), kind);
        const std::vector<Entry> all = entries(model);
        const Limits limits{.max_row_bytes = 200 + 8 * keys.pick(500),
                            .max_entries = 1 + keys.pick(300)};
        for (const Fill fill : {Fill::even, Fill::full}) {
            expect_valid_cuts(split_entries(all, kind, limits, fill), all, kind, limits);
        }
    }
}

TEST(LeafSplitTest, NothingNeedsNoLeaf) {
    EXPECT_TRUE(split_entries({}, kStrings, {}, Fill::even).empty());
    EXPECT_TRUE(split_entries({}, kStrings, {}, Fill::full).empty());
}

TEST(LeafSplitTest, EntriesThatFitStayTogether) {
    Model model;
    for (std::uint64_t i = 0; i < 250; ++i) model[number_key(i)] = "8 bytes.";
    const std::vector<Entry> all = entries(model);
    ASSERT_EQ(leaf_row_bytes(all, kNumbers), kRowBytes);
    EXPECT_EQ(split_entries(all, kNumbers, {}, Fill::even), std::vector<std::size_t>{250});
    EXPECT_EQ(split_entries(all, kNumbers, {}, Fill::full), std::vector<std::size_t>{250});
}

TEST(LeafSplitTest, OneTooManyHalvesOrSpillsOver) {
    Model model;
    for (std::uint64_t i = 0; i < 251; ++i) model[number_key(i)] = "8 bytes.";
    const std::vector<Entry> all = entries(model);
    EXPECT_EQ(split_entries(all, kNumbers, {}, Fill::full), (std::vector<std::size_t>{250, 251}));
    const auto even = split_entries(all, kNumbers, {}, Fill::even);
    ASSERT_EQ(even.size(), 2u);
    EXPECT_NEAR(static_cast<double>(even[0]), 125.5, 0.6);
}

TEST(LeafSplitTest, EvenLeavesHaveAboutTheSameBytes) {
    Keys keys(7);
    const Model model = keys.model(3000, kStrings);
    const std::vector<Entry> all = entries(model);
    const auto full = split_entries(all, kStrings, {}, Fill::full);
    const auto even = split_entries(all, kStrings, {}, Fill::even);
    EXPECT_EQ(even.size(), full.size());
    std::size_t begin = 0;
    for (const std::size_t end : even) {
        EXPECT_GT(leaf_row_bytes(std::span(all).subspan(begin, end - begin), kStrings),
                  kRowBytes / 2);
        begin = end;
    }
}

TEST(LeafSplitTest, AnEntryBeyondTheLimitGetsALeafOfItsOwn) {
    const std::string huge(5000, 'h');
    const Model model{{"a", "1"}, {"b", "2"}, {"c", huge}, {"d", "4"}, {"e", "5"}};
    const std::vector<Entry> all = entries(model);
    for (const Fill fill : {Fill::even, Fill::full}) {
        EXPECT_EQ(split_entries(all, kStrings, {}, fill), (std::vector<std::size_t>{2, 3, 5}));
    }
}

// -- damage ---------------------------------------------------------------------------------------

using Damage = void (*)(format::Leaf::Builder);

/// A leaf of two strings, the second value large, changed by `damage`.
Words damaged(Damage damage) {
    const LeafView::LargeStub stub{.object = 1, .bytes = 2};
    const std::vector<Entry> all{{bytes("key1"), bytes("abc"), false},
                                 {bytes("key2"), std::as_bytes(std::span(&stub, 1)), true}};
    const Words words = build_leaf(all, kStrings);
    capnp::MallocMessageBuilder message;
    message.setRoot(capnp::readMessageUnchecked<format::Leaf>(
        reinterpret_cast<const capnp::word*>(words.data())));
    const auto leaf = message.getRoot<format::Leaf>();
    damage(leaf);
    Words out(leaf.asReader().totalSize().wordCount + 1);
    capnp::copyToUnchecked(leaf.asReader(),
                           kj::arrayPtr(reinterpret_cast<capnp::word*>(out.data()), out.size()));
    EXPECT_EQ(core::find_payload_fault(out), nullptr);  // damage that the general check lets pass
    return out;
}

std::string complaint(Damage damage) {
    try {
        view_leaf(damaged(damage));
    } catch (const std::runtime_error& fault) {
        return fault.what();
    }
    return "none";
}

TEST(LeafDamageTest, TheUndamagedLeafIsFine) {
    EXPECT_EQ(complaint([](format::Leaf::Builder) {}), "none");
}

TEST(LeafDamageTest, RefusesListsThatDoNotAgree) {
    EXPECT_EQ(complaint([](auto leaf) { leaf.initHeads(3); }),
              "it has not one suffix for each key");
    EXPECT_EQ(complaint([](auto leaf) { leaf.disownSuffixOffsets(); }),
              "it has not one suffix for each key");
    EXPECT_EQ(complaint([](auto leaf) { leaf.initValueOffsets(2); }),
              "it has not one value for each key");
    EXPECT_EQ(complaint([](auto leaf) { leaf.setValueForm(format::ValueForm::WORD); }),
              "it has not one value for each key");
    EXPECT_EQ(complaint([](auto leaf) { leaf.setValueForm(static_cast<format::ValueForm>(3)); }),
              "its form of values is unknown");
}

TEST(LeafDamageTest, RefusesSuffixOffsetsThatLeadOutside) {
    constexpr auto kFall = "its suffix offsets do not rise from 0";
    EXPECT_EQ(complaint([](auto leaf) { leaf.getSuffixOffsets().set(0, 1); }), kFall);
    EXPECT_EQ(complaint([](auto leaf) { leaf.getSuffixOffsets().set(1, 9); }), kFall);
    EXPECT_EQ(complaint([](auto leaf) { leaf.getSuffixOffsets().set(2, 9); }),
              "its suffixes end elsewhere than their offsets say");
    EXPECT_EQ(complaint([](auto leaf) { leaf.disownSuffixes(); }),
              "its suffixes end elsewhere than their offsets say");
}

TEST(LeafDamageTest, RefusesValueOffsetsThatLeadOutside) {
    constexpr auto kFall = "its value offsets do not rise from 0";
    constexpr auto kEnd = "its values end elsewhere than their offsets say";
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(0, 1); }), kFall);
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(1, 99); }), kFall);
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(1, 3); }), "none");
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(1, 3 | LeafView::kLarge); }),
              "none");
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(2, 19 | LeafView::kLarge); }),
              kEnd);
    EXPECT_EQ(complaint([](auto leaf) { leaf.initValues(18); }), kEnd);
}

TEST(LeafDamageTest, RefusesALargeValueThatIsNoStub) {
    constexpr auto kStub = "the place of a large value is not 16 bytes";
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(0, LeafView::kLarge); }), kStub);
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(1, 4 | LeafView::kLarge); }),
              kStub);
}

TEST(LeafDamageTest, RefusesListsOfOtherElements) {
    const auto with_list = [](std::uint16_t pointer, capnp::ElementSize size) {
        Words words = damaged([](auto) {});
        // The pointer's element size lies in its bits 32 to 34.
        core::Word& word = words[2 + pointer];
        word = (word & ~(std::uint64_t{7} << 32)) | std::uint64_t{static_cast<unsigned>(size)}
                                                        << 32;
        return words;
    };
    for (std::uint16_t pointer = 0; pointer < 6; ++pointer) {
        const Words words = with_list(pointer, capnp::ElementSize::BIT);
        EXPECT_THROW(view_leaf(words), std::runtime_error) << pointer;
    }
    EXPECT_THROW(view_leaf(with_list(2, capnp::ElementSize::EIGHT_BYTES)), std::runtime_error);
    EXPECT_THROW(view_leaf(with_list(0, capnp::ElementSize::POINTER)), std::runtime_error);
    EXPECT_THROW(view_leaf({}), std::runtime_error);
}

TEST(LeafDamageTest, AnyFlippedBitIsRefusedOrStaysInside) {
    Words words = damaged([](auto) {});
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < words.size() * 64; ++bit) {
        words[bit / 64] ^= std::uint64_t{1} << bit % 64;
        if (core::find_payload_fault(words) == nullptr) {
            try {
                const LeafView leaf = view_leaf(words);
                const LeafEntries all = entries_of(leaf);  // touches every byte, for the sanitizer
                for (const Entry& entry : all.entries) locate(leaf, entry.key);
                EXPECT_LE(leaf_row_bytes(all.entries, {leaf.fixed_keys, leaf.form}), kRowBytes);
                ++accepted;
            } catch (const std::runtime_error&) {
                ++refused;
            }
        }
        words[bit / 64] ^= std::uint64_t{1} << bit % 64;
    }
    EXPECT_GT(accepted, 64u);  // keys and values
    EXPECT_GT(refused, 64u);   // offsets and sizes
}

TEST(LeafDamageTest, OrderCheckSeesWhatTheViewDoesNot) {
    const auto order_fault = [](Damage damage) -> std::string {
        const Words words = damaged(damage);
        try {
            check_order(view_leaf(words));
        } catch (const std::runtime_error& fault) {
            return fault.what();
        }
        return "none";
    };
    EXPECT_EQ(order_fault([](auto) {}), "none");
    EXPECT_EQ(order_fault([](auto leaf) { leaf.getHeads().set(0, 5); }),
              "a key has the head of another");
    EXPECT_EQ(order_fault([](auto leaf) {
                  leaf.getSuffixes()[1] = leaf.getSuffixes()[0];
                  leaf.getHeads().set(1, leaf.getHeads()[0]);
              }),
              "its keys do not rise");
    const Built equal(std::vector<Entry>{{bytes("12345678"), bytes("12345678"), false},
                                         {bytes("12345678"), bytes("12345678"), false}},
                      kNumbers);
    EXPECT_THROW(check_order(equal.view), std::runtime_error);
}

}  // namespace
}  // namespace vitrine::btree
