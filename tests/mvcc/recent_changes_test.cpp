#include "mvcc/recent_changes.hpp"

#include <array>

#include <gtest/gtest.h>

// What is forgotten counts as changed; what nobody touched does not.

namespace vitrine::mvcc {
namespace {

constexpr core::ObjectId kOne{20}, kOther{21}, kUntouched{22};

Version v(std::uint64_t number) { return Version{number}; }

void note(RecentChanges& recent, std::uint64_t number, core::ObjectId collection,
          std::uint64_t key) {
    recent.note(v(number), collection, std::array{key});
}

TEST(RecentChangesTest, TellsTheLastCommitThatChangedACollectionOrAKey) {
    RecentChanges recent(v(3));
    note(recent, 4, kOne, 11);
    note(recent, 5, kOne, 12);
    note(recent, 6, kOther, 11);
    EXPECT_EQ(recent.last_change(kOne), v(5));
    EXPECT_TRUE(recent.changed_since(kOne, v(4)));
    EXPECT_FALSE(recent.changed_since(kOne, v(5)));
    EXPECT_EQ(recent.find(kOne, 11, v(3)), v(4));
    EXPECT_EQ(recent.find(kOne, 11, v(4)), std::nullopt);
    EXPECT_EQ(recent.find(kOther, 12, v(3)), std::nullopt);
}

TEST(RecentChangesTest, ChangesOfOneCollectionAreNoneOfAnother) {
    RecentChanges recent(v(3));
    note(recent, 4, kOne, 11);
    note(recent, 5, kOther, 11);
    EXPECT_EQ(recent.last_change(kUntouched), v(3));
    EXPECT_FALSE(recent.changed_since(kUntouched, v(3)));
}

TEST(RecentChangesTest, WhatItForgotCountsAsChanged) {
    constexpr std::uint64_t kMany = 70'000;  // more than it remembers
    RecentChanges recent(v(3));
    note(recent, 4, kOne, 11);
    for (std::uint64_t i = 0; i < kMany; ++i) note(recent, 5 + i, core::ObjectId{100 + i}, i);
    EXPECT_TRUE(recent.changed_since(kOne, v(4)));
    EXPECT_EQ(recent.find(kOne, 11, v(3)), std::nullopt);
    EXPECT_EQ(recent.last_change(core::ObjectId{99 + kMany}), v(4 + kMany));
}

}  // namespace
}  // namespace vitrine::mvcc
