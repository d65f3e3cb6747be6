#include "core/record.hpp"

#include <vector>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

namespace vitrine::core {
namespace {

constexpr ObjectId kId{42};
constexpr Version kVersion{7};
constexpr TypeId kType = 0xABCDEF;

std::vector<Word> make_row(const std::vector<Word>& payload) {
    std::vector<Word> row{kType, checksum_row(kId, kVersion, kType, hash_payload(payload))};
    row.insert(row.end(), payload.begin(), payload.end());
    return row;
}

/// A struct of one data word.
const std::vector<Word> kGood{std::uint64_t{1} << 32, 12345};

TEST(RecordTest, AcceptsWhatItWroteAndShowsItsParts) {
    const std::vector<Word> row = make_row(kGood);
    const Record record = check_row(kId, kVersion, row);
    EXPECT_EQ(record.type, kType);
    EXPECT_EQ(record.payload.data(), row.data() + kRowHeaderWords);
    EXPECT_EQ(record.payload.size(), kGood.size());
    EXPECT_FALSE(record.tombstone());
}

TEST(RecordTest, TakesAHeaderAloneForATombstone) {
    EXPECT_TRUE(check_row(kId, kVersion, make_row({})).tombstone());
}

TEST(RecordTest, RefusesARowWithAnyFlippedBit) {
    for (const std::vector<Word>& payload : {kGood, {}}) {
        std::vector<Word> row = make_row(payload);
        for (std::size_t bit = 0; bit < row.size() * 64; ++bit) {
            row[bit / 64] ^= Word{1} << bit % 64;
            EXPECT_THROW(check_row(kId, kVersion, row), CorruptionError) << "bit " << bit;
            row[bit / 64] ^= Word{1} << bit % 64;
        }
        EXPECT_NO_THROW(check_row(kId, kVersion, row));
    }
}

TEST(RecordTest, RefusesAGoodRowInAnotherPlace) {
    const std::vector<Word> row = make_row(kGood);
    EXPECT_THROW(check_row(ObjectId{43}, kVersion, row), CorruptionError);
    EXPECT_THROW(check_row(kId, Version{8}, row), CorruptionError);
}

TEST(RecordTest, RefusesARowCutAnywhere) {
    const std::vector<Word> row = make_row(kGood);
    for (std::size_t size = 0; size < row.size(); ++size) {
        EXPECT_THROW(check_row(kId, kVersion, Words(row).first(size)), CorruptionError) << size;
    }
}

TEST(RecordTest, RefusesAWellSummedRowThatPointsOutside) {
    try {
        check_row(kId, kVersion, make_row({std::uint64_t{9} << 32, 0}));
        FAIL() << "accepted";
    } catch (const CorruptionError& error) {
        EXPECT_EQ(error.object(), to_ref(kId));
        EXPECT_EQ(error.version(), kVersion);
        EXPECT_STREQ(error.what(),
                     "object #42, version 7: its record is malformed: "
                     "a pointer leads outside of it");
    }
}

}  // namespace
}  // namespace vitrine::core
