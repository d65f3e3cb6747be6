#include "bindings/cli/json_escapes.hpp"

#include <gtest/gtest.h>

#include "bindings/cli/json_value.hpp"
#include "bindings/cli/json_writer.hpp"

namespace vitrine::cli {
namespace {

std::string read(std::string_view json) {
    const JsonDocument document(json);
    return std::string(text_of(document.value()));
}

// Found by the fuzz target of what the command reads (cli_text, its seed 618).
TEST(JsonEscapesTest, AreTheCharactersThatTheyName) {
    EXPECT_EQ(read(R"("\u001c")"), "\x1C");
    EXPECT_EQ(read(R"("\u00e9\u00E9")"), "\u00E9\u00E9");
    EXPECT_EQ(read(R"("\u0019 \u20ac")"), "\x19 \u20AC");
    EXPECT_EQ(read(R"("\ud83d\ude00")"), "\U0001F600");
    EXPECT_EQ(read(R"("\u0022\u005c\u005cu0041")"), "\"\\\\u0041");
    EXPECT_EQ(read(R"("\\u0041\\\u0041")"), "\\u0041\\A");
    EXPECT_EQ(read(R"("\u0000")"), std::string(1, '\0'));
}

TEST(JsonEscapesTest, OfHalfACharacterAreRefused) {
    for (const char* text : {R"("\ud83d")", R"("\ude00")", R"("\ud83d\u0041")", R"("\u12")",
                             R"("\u12g4")", R"("\u-123")", R"("\u)"})
        EXPECT_THROW(JsonDocument{text}, JsonError) << text;
}

TEST(JsonEscapesTest, ReadBackEveryCharacterThatTheWriterEscapes) {
    for (int code = 0; code < 0x80; ++code) {
        const std::string text = "a" + std::string(1, static_cast<char>(code)) + "b";
        EXPECT_EQ(read(json_string(text)), text) << code;
    }
}

}  // namespace
}  // namespace vitrine::cli
