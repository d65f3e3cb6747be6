#include <gtest/gtest.h>

#include "btree/leaf.hpp"
#include "tests/btree/leaf_samples.hpp"

namespace vitrine::btree {
namespace {

using namespace samples;
using namespace std::literals;

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

}  // namespace
}  // namespace vitrine::btree
