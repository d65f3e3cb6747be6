#include "btree/leaf.hpp"

#include <gtest/gtest.h>

#include "core/payload.hpp"
#include "tests/btree/leaf_samples.hpp"

namespace vitrine::btree {
namespace {

using namespace samples;
using namespace std::literals;

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

}  // namespace
}  // namespace vitrine::btree
