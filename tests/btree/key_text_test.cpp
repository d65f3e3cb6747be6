#include "btree/key_text.hpp"

#include <bit>

#include <gtest/gtest.h>

#include "btree/key.hpp"

namespace vitrine::btree {
namespace {

using namespace std::literals;

ByteSpan bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string fixed(std::uint64_t head) {
    std::string key(kHeadBytes, '\0');
    store_head(head, reinterpret_cast<std::byte*>(key.data()));
    return key;
}
std::string shown(const std::string& kind, bool fixed_keys, std::string_view key) {
    return key_text({kind, "unit", fixed_keys, ValueForm::none}, bytes(key));
}

TEST(KeyTextTest, ShowsNumbersAsTheyWereWritten) {
    constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
    EXPECT_EQ(shown("u64", true, fixed(7)), "7");
    EXPECT_EQ(shown("i64", true, fixed(kSign - 7)), "-7");
    EXPECT_EQ(shown("i8", true, fixed(kSign + 5)), "5");
    EXPECT_EQ(shown("double", true, fixed(std::bit_cast<std::uint64_t>(1.5) | kSign)), "1.5");
    EXPECT_EQ(shown("double", true, fixed(~std::bit_cast<std::uint64_t>(-2.25))), "-2.25");
}

TEST(KeyTextTest, EscapesAndCutsTexts) {
    EXPECT_EQ(shown("string", false, "a\"b\\"), R"("a\"b\\")");
    EXPECT_EQ(shown("string", false, "a\0\n"sv), R"("a\x00\x0a")");
    EXPECT_EQ(shown("string", false, ""), R"("")");
    const std::string longest(kShownChars, 'k');
    EXPECT_EQ(shown("string", false, longest), "\"" + longest + "\"");
    EXPECT_EQ(shown("string", false, longest + "k"), "\"" + longest + "…\"");
}

TEST(KeyTextTest, ShowsTuplesFieldByField) {
    EXPECT_EQ(shown("(string,i16)", false, "ab\0\0\x80\x07"sv), R"(("ab", 7))");
    EXPECT_EQ(shown("(string,u8)", false,
                    "a\0\xff"
                    "b\0\0\x09"sv),
              R"(("a\x00b", 9))");
    EXPECT_EQ(shown("(i32,string)", false, "\x7f\xff\xff\xff\0\0"sv), R"((-1, ""))");
}

TEST(KeyTextTest, ShowsWhatIsNoSuchKeyAsBytes) {
    EXPECT_EQ(shown("(string,i16)", false, "ab"), R"("ab")");
    EXPECT_EQ(shown("(i32,string)", false, "abc"), R"("abc")");
    EXPECT_EQ(shown("u64", true, "abc"), R"("abc")");
}

}  // namespace
}  // namespace vitrine::btree
