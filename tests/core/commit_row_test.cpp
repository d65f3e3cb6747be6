#include "core/commit_row.hpp"

#include <limits>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

namespace vitrine::core::testing {
namespace {

std::vector<std::byte> encoded(const CommitRow& commit) {
    std::vector<std::byte> bytes{std::byte{1}};  // what was there before goes
    encode_commit(commit, bytes);
    return bytes;
}

const CommitRow kCommit{Version{9},
                        Time(std::chrono::nanoseconds(1'700'000'000'123'456'789)),
                        std::string("a note with \0 in it", 19),
                        {ObjectId{1}, ObjectId{127}, ObjectId{128}, ObjectId{kMaxObjectId}}};

TEST(CommitRowTest, ReadsBackWhatWasWritten) {
    EXPECT_EQ(decode_commit(kCommit.version, encoded(kCommit), "store"), kCommit);
    EXPECT_EQ(decode_commit_time(kCommit.version, encoded(kCommit), "store"), kCommit.time);
    const CommitRow empty{Version{0}, Time{}};
    EXPECT_EQ(decode_commit(empty.version, encoded(empty), "store"), empty);
    const CommitRow early{Version{1}, Time(std::chrono::seconds(-5))};
    EXPECT_EQ(decode_commit(early.version, encoded(early), "store"), early);
}

TEST(CommitRowTest, AThousandNeighboursTakeAByteEach) {
    CommitRow many{Version{1}, Time{}};
    for (std::uint64_t i = 1; i <= 1000; ++i) many.changed.push_back(ObjectId{500 + i});
    EXPECT_LT(encoded(many).size(), 1030u);
    EXPECT_EQ(decode_commit(many.version, encoded(many), "store"), many);
}

TEST(CommitRowTest, FindsEveryFlippedBitAndEveryCut) {
    const std::vector<std::byte> good = encoded(kCommit);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        std::vector<std::byte> bad = good;
        bad[bit / 8] ^= std::byte{1} << (bit % 8);
        EXPECT_THROW(decode_commit(kCommit.version, bad, "store"), CorruptionError) << bit;
    }
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_THROW(decode_commit(kCommit.version, std::span(good).first(size), "store"),
                     CorruptionError)
            << size;
    EXPECT_THROW(decode_commit_time(kCommit.version, std::span(good).first(7), "store"),
                 CorruptionError);
}

TEST(CommitRowTest, FindsAnEntryInThePlaceOfAnother) {
    try {
        decode_commit(Version{10}, encoded(kCommit), "store");
        FAIL() << "accepted";
    } catch (const CorruptionError& error) {
        EXPECT_STREQ(error.what(), "store: the entry of commit 10 in the log is damaged");
        EXPECT_EQ(error.version(), Version{10});
    }
}

}  // namespace
}  // namespace vitrine::core::testing
