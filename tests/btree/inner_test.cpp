#include "btree/inner.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include <capnp/message.h>
#include <gtest/gtest.h>

#include "btree/nodes.capnp.h"
#include "core/payload.hpp"
#include "core/word_buffer.hpp"

namespace vitrine::btree {
namespace {

using namespace std::literals;

using Words = core::WordBuffer;

ByteSpan bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string number_key(std::uint64_t number) {
    std::string key(kHeadBytes, '\0');
    store_head(number, reinterpret_cast<std::byte*>(key.data()));
    return key;
}

/// Children 100, 101, … with these separators; the first is minus infinity whatever it says.
std::vector<Child> children(const std::vector<std::string>& separators) {
    std::vector<Child> all;
    for (const std::string& separator : separators) {
        all.push_back({bytes(separator), 100 + all.size()});
    }
    return all;
}

struct Built {
    Words words;
    InnerView view;
    Built(std::span<const Child> all, bool fixed_keys)
        : words(build_inner(all, fixed_keys)), view(view_inner(words)) {}
};

std::vector<std::string> random_separators(std::mt19937_64& random, std::size_t size, bool fixed) {
    std::set<std::string> all;
    for (std::size_t i = 0; i < size; ++i) {
        if (fixed) {
            all.insert(number_key(random() >> (random() % 8 * 8)));
            continue;
        }
        std::string key = random() % 2 == 0 ? "" : "shared/";
        for (std::size_t n = 1 + random() % 12; n > 0; --n) key += "\0\1az\xFF"[random() % 5];
        all.insert(key);
    }
    return {all.begin(), all.end()};
}

TEST(InnerTest, LeadsToTheChildOfAKey) {
    const std::vector<std::string> separators{"", "garden", "gate"};
    const Built inner(children(separators), false);
    EXPECT_EQ(child_index(inner.view, bytes("")), 0u);
    EXPECT_EQ(child_index(inner.view, bytes("garde")), 0u);
    EXPECT_EQ(child_index(inner.view, bytes("garden")), 1u);
    EXPECT_EQ(child_index(inner.view, bytes("gardener")), 1u);
    EXPECT_EQ(child_index(inner.view, bytes("gate")), 2u);
    EXPECT_EQ(child_index(inner.view, bytes("zoo")), 2u);
    EXPECT_EQ(inner.view.children[2], 102u);
    EXPECT_EQ(inner.view.prefix_size, 2u) << "the empty first separator spoils the common prefix";
}

TEST(InnerTest, LeadsLikeASortedVector) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        const bool fixed = seed % 2 == 0;
        const auto separators = random_separators(random, 1 + seed % 60, fixed);
        const Built inner(children(separators), fixed);
        ASSERT_EQ(core::find_payload_fault(inner.words), nullptr);
        check_order(inner.view);
        auto probes = random_separators(random, 100, fixed);
        probes.insert(probes.end(), separators.begin(), separators.end());
        for (const std::string& key : probes) {
            const auto above = std::upper_bound(separators.begin() + 1, separators.end(), key);
            const auto expected = static_cast<std::uint32_t>(above - separators.begin() - 1);
            EXPECT_EQ(child_index(inner.view, bytes(key)), expected);
            if (fixed) {
                EXPECT_EQ(child_index(inner.view, head_of(bytes(key))), expected);
            }
        }
    }
}

TEST(InnerTest, ASingleChildHasEveryKey) {
    for (const bool fixed : {true, false}) {
        const Built inner(children({"ignored!"}), fixed);
        EXPECT_EQ(child_index(inner.view, bytes("\0\0\0\0\0\0\0\0"sv)), 0u);
        EXPECT_EQ(child_index(inner.view, bytes("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")), 0u);
        EXPECT_EQ(children_of(inner.view).children.size(), 1u);
    }
}

TEST(InnerTest, BuiltAgainFromItsChildrenIsTheSameRecord) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        const bool fixed = seed % 2 == 0;
        const auto separators = random_separators(random, 30, fixed);
        const Built inner(children(separators), fixed);
        const InnerChildren again = children_of(inner.view);
        ASSERT_EQ(again.children.size(), separators.size());
        EXPECT_TRUE(again.children[0].separator.empty());
        for (std::uint32_t i = 1; i < separators.size(); ++i) {
            EXPECT_TRUE(std::ranges::equal(separator_at(inner.view, i), bytes(separators[i])));
            EXPECT_EQ(again.children[i].id, 100u + i);
        }
        EXPECT_EQ(build_inner(again.children, fixed), inner.words);
        EXPECT_EQ(inner_row_bytes(again.children, fixed), 16 + 8 * inner.words.size());
    }
}

TEST(InnerSplitTest, NeverExceedsTheLimits) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        const bool fixed = seed % 2 == 0;
        const auto separators = random_separators(random, 1 + random() % 1500, fixed);
        const std::vector<Child> all = children(separators);
        const Limits limits{.max_row_bytes = 200 + 8 * (random() % 500), .max_entries = 200};
        for (const Fill fill : {Fill::even, Fill::full}) {
            std::size_t begin = 0;
            for (const std::size_t end : split_children(all, fixed, limits, fill)) {
                ASSERT_LT(begin, end);
                const auto chunk = std::span(all).subspan(begin, end - begin);
                if (chunk.size() > 1) {
                    EXPECT_LE(inner_row_bytes(chunk, fixed), limits.max_row_bytes);
                }
                EXPECT_LE(chunk.size(), limits.max_entries);
                begin = end;
            }
            EXPECT_EQ(begin, all.size());
        }
    }
}

TEST(InnerSplitTest, NodesOfTheLongestKeysStillBranch) {
    std::vector<std::string> separators;
    for (char c = 'a'; c <= 'z'; ++c) separators.push_back(c + std::string(1023, 'x'));
    const std::vector<Child> all = children(separators);
    const auto ends = split_children(all, false, {}, Fill::full);
    EXPECT_GE(ends.front(), 4u);
}

TEST(SeparatorTest, IsTheShortestBetweenItsNeighbours) {
    const auto between = [](std::string_view left, std::string_view right) {
        const ByteSpan cut = shortest_separator(bytes(left), bytes(right), false);
        return std::string(reinterpret_cast<const char*>(cut.data()), cut.size());
    };
    EXPECT_EQ(between("garden", "gate"), "gat");
    EXPECT_EQ(between("", "abc"), "a");
    EXPECT_EQ(between("abc", "abcdef"), "abcd");
    EXPECT_EQ(between("a", "a\0"sv), "a\0"s);
    EXPECT_EQ(shortest_separator(bytes("12345678"), bytes("22345678"), true).size(), 8u);

    std::mt19937_64 random(1);
    const auto keys = random_separators(random, 500, false);
    for (std::size_t i = 1; i < keys.size(); ++i) {
        const std::string cut = between(keys[i - 1], keys[i]);
        EXPECT_LT(keys[i - 1], cut);
        EXPECT_LE(cut, keys[i]);
        EXPECT_LE(cut.substr(0, cut.size() - 1), keys[i - 1]) << "it could be shorter";
    }
}

// -- damage ---------------------------------------------------------------------------------------

using Damage = void (*)(format::Inner::Builder);

std::string complaint(Damage damage) {
    const std::vector<std::string> separators{"", "m", "t"};
    const Words words = build_inner(children(separators), false);
    capnp::MallocMessageBuilder message;
    message.setRoot(capnp::readMessageUnchecked<format::Inner>(
        reinterpret_cast<const capnp::word*>(words.data())));
    const auto inner = message.getRoot<format::Inner>();
    damage(inner);
    Words out(inner.asReader().totalSize().wordCount + 1);
    capnp::copyToUnchecked(inner.asReader(),
                           kj::arrayPtr(reinterpret_cast<capnp::word*>(out.data()), out.size()));
    try {
        check_order(view_inner(out));
    } catch (const std::runtime_error& fault) {
        return fault.what();
    }
    return "none";
}

TEST(InnerDamageTest, RefusesWhatDoesNotFitTogether) {
    EXPECT_EQ(complaint([](auto) {}), "none");
    EXPECT_EQ(complaint([](auto inner) { inner.initChildren(2); }),
              "it has not one child for each separator");
    EXPECT_EQ(complaint([](auto inner) {
                  inner.disownHeads();
                  inner.initSuffixOffsets(1);
                  inner.disownSuffixes();
              }),
              "it has no children");
    EXPECT_EQ(complaint([](auto inner) { inner.getSuffixOffsets().set(1, 77); }),
              "its suffix offsets do not rise from 0");
    EXPECT_EQ(complaint([](auto inner) { inner.initSuffixes(1); }),
              "its suffixes end elsewhere than their offsets say");
    EXPECT_EQ(complaint([](auto inner) { inner.getHeads().set(1, 1); }),
              "a key has the head of another");
    EXPECT_THROW(view_inner({}), std::runtime_error);
}

}  // namespace
}  // namespace vitrine::btree
