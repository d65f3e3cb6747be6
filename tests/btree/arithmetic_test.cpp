#include "btree/arithmetic.hpp"

#include <bit>
#include <limits>

#include <gtest/gtest.h>

namespace vitrine::btree {
namespace {

std::uint64_t extended(std::int64_t number) { return static_cast<std::uint64_t>(number); }

TEST(ArithmeticTest, IntegersWrapInTheirOwnWidth) {
    EXPECT_EQ(add_words("i8", extended(127), 1), extended(-128));
    EXPECT_EQ(add_words("i8", extended(-128), extended(-1)), 127U);
    EXPECT_EQ(add_words("i16", extended(32767), 1), extended(-32768));
    EXPECT_EQ(add_words("i32", extended(std::numeric_limits<std::int32_t>::max()), 1),
              extended(std::numeric_limits<std::int32_t>::min()));
    EXPECT_EQ(add_words("i64", extended(std::numeric_limits<std::int64_t>::max()), 1),
              extended(std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(add_words("u8", 255, 1), 0U);
    EXPECT_EQ(add_words("u8", 0, extended(-1)), 255U);
    EXPECT_EQ(add_words("u16", 65535, 2), 1U);
    EXPECT_EQ(add_words("u32", 0, extended(-1)), 0xFFFF'FFFFU);
    EXPECT_EQ(add_words("u64", 0, extended(-1)), ~std::uint64_t{0});
}

TEST(ArithmeticTest, TheOrderOfAdditionsDoesNotMatter) {
    for (const char* kind : {"i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"}) {
        std::uint64_t forth = 0, back = 0;
        for (std::int64_t i = -400; i <= 400; ++i) {
            forth = add_words(kind, forth, extended(i * 7'919));
            back = add_words(kind, back, extended(-i * 7'919));
        }
        EXPECT_EQ(forth, back) << kind;
    }
}

TEST(ArithmeticTest, DoublesRound) {
    const auto word = [](double number) { return std::bit_cast<std::uint64_t>(number); };
    EXPECT_EQ(add_words("double", word(0.1), word(0.2)), word(0.1 + 0.2));
    EXPECT_EQ(add_words("double", 0, word(-1.5)), word(-1.5));
}

TEST(ArithmeticTest, OnlyNumbersHaveAdd) {
    for (const char* kind : {"i8", "u16", "i32", "u64", "double"}) EXPECT_TRUE(is_number(kind));
    for (const char* kind : {"bool", "string", "bytes", "unit", "root", "ref 0x12", ""})
        EXPECT_FALSE(is_number(kind)) << kind;
}

TEST(ArithmeticTest, AWordIsItsBytes) {
    const std::uint64_t number = 0x0123'4567'89AB'CDEF;
    EXPECT_EQ(word_of(std::as_bytes(std::span(&number, 1))), number);
}

}  // namespace
}  // namespace vitrine::btree
