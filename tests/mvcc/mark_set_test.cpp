#include "mvcc/mark_set.hpp"

#include <random>
#include <set>

#include <gtest/gtest.h>

namespace vitrine::mvcc {
namespace {

std::vector<ObjectId> ids(std::uint64_t from, std::uint64_t end, std::uint64_t step = 1) {
    std::vector<ObjectId> all;
    for (std::uint64_t id = from; id < end; id += step) all.push_back(ObjectId{id});
    return all;
}

std::multiset<std::uint64_t> take_all(MarkSet& marks) {
    std::multiset<std::uint64_t> taken;
    while (const auto id = marks.take()) taken.insert(id->value);
    return taken;
}

TEST(IdBitsTest, IsASetOfIds) {
    std::mt19937_64 random(7);
    constexpr std::uint64_t kLimit = 3'000'000;
    IdBits bits(kLimit);
    std::set<std::uint64_t> model;
    for (int i = 0; i < 20000; ++i) {
        // Close together as well as far apart.
        const std::uint64_t id = random() % 2 == 0 ? random() % kLimit : 500'000 + random() % 3000;
        if (random() % 3 == 0) {
            bits.reset(ObjectId{id});
            model.erase(id);
        } else {
            EXPECT_EQ(bits.set(ObjectId{id}), model.insert(id).second);
        }
        EXPECT_EQ(bits.has(ObjectId{id}), model.contains(id));
    }
    EXPECT_EQ(bits.count(), model.size());
    auto expected = model.begin();
    for (auto at = bits.next({}); at; at = bits.next(ObjectId{at->value + 1}), ++expected) {
        ASSERT_NE(expected, model.end());
        EXPECT_EQ(at->value, *expected);
    }
    EXPECT_EQ(expected, model.end());
}

TEST(IdBitsTest, TakesNoIdsBeyondItsLimit) {
    IdBits bits(64);
    EXPECT_TRUE(bits.set(ObjectId{63}));
    EXPECT_FALSE(bits.set(ObjectId{64}));
    EXPECT_FALSE(bits.set(ObjectId{~std::uint64_t{0}}));
    EXPECT_FALSE(bits.has(ObjectId{64}));
    EXPECT_EQ(bits.count(), 1U);
    EXPECT_EQ(bits.next({})->value, 63U);
}

TEST(MarkSetTest, GivesEachOnceWhateverTheStackHolds) {
    for (const std::size_t bound : {1U, 2U, 7U, 100000U}) {
        MarkSet marks(100'000, bound);
        marks.reach(ids(1, 50'000, 3));
        marks.reach(ids(1, 50'000, 3));
        const auto taken = take_all(marks);
        EXPECT_EQ(taken.size(), marks.count());
        EXPECT_EQ(std::set(taken.begin(), taken.end()).size(), taken.size());
        EXPECT_TRUE(marks.idle());
    }
}

TEST(MarkSetTest, WhatIsFoundBehindTheSearchIsFoundToo) {
    MarkSet marks(1000, 1);
    marks.reach(ids(500, 600));
    std::multiset<std::uint64_t> taken;
    while (const auto id = marks.take()) {
        taken.insert(id->value);
        marks.reach(ids(1000 - id->value, 1000 - id->value + 1));
    }
    EXPECT_EQ(taken.size(), 199U);  // 401 to 599
}

TEST(MarkSetTest, CondemnsOnlyWhenNothingIsLeftToFollow) {
    MarkSet marks(100);
    marks.reach(ids(1, 2));
    EXPECT_FALSE(marks.close(Version{5}));
    EXPECT_FALSE(marks.condemned(ObjectId{50}));
    EXPECT_TRUE(marks.take());
    EXPECT_TRUE(marks.spare(ObjectId{2}));
    EXPECT_FALSE(marks.close(Version{5})) << "spared, and not followed yet";
    EXPECT_TRUE(marks.take());
    EXPECT_TRUE(marks.close(Version{5}));
    EXPECT_EQ(marks.condemned(ObjectId{50}), Version{5});
    EXPECT_FALSE(marks.condemned(ObjectId{2}));
    EXPECT_FALSE(marks.condemned(ObjectId{100})) << "it came later";
    EXPECT_FALSE(marks.spare(ObjectId{50})) << "too late";
    EXPECT_TRUE(marks.spare(ObjectId{1}));
    EXPECT_TRUE(marks.spare(ObjectId{100}));
    marks.add(ObjectId{50});
    EXPECT_FALSE(marks.condemned(ObjectId{50}));
}

TEST(MarkSetTest, StaysWithinItsMemory) {
    // The arithmetic of mark_set.hpp at a hundredth of the size: half a million, all pending at once.
    constexpr std::uint64_t kObjects = 500'000;
    MarkSet marks(kObjects + 1, 100);
    marks.reach(ids(1, kObjects + 1));
    EXPECT_EQ(take_all(marks).size(), kObjects);
    EXPECT_LT(marks.peak_bytes(), (std::size_t{64} << 20) / 100);
    EXPECT_GE(marks.peak_bytes(), 2 * kObjects / 8);
    // Far apart: a chunk for each, which is what the bound on the spread is about.
    MarkSet sparse(std::uint64_t{1} << 40);
    EXPECT_LT(sparse.bytes(), std::size_t{1} << 20);
    sparse.reach(ids(1, std::uint64_t{1} << 40, std::uint64_t{1} << 34));
    EXPECT_LT(sparse.bytes(), std::size_t{2} << 20);
}

}  // namespace
}  // namespace vitrine::mvcc
