#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitrine::cli {

/// Writes JSON text piece by piece; commas, colons and line breaks come by themselves.
///
///     JsonWriter out(JsonWriter::kCompact);
///     out.begin_object().key("commits").number(7).end_object();
///     std::puts(out.text().c_str());      // {"commits":7}
///
/// Requires: the calls make a value. Texts must be UTF-8 (is_utf8()).
class JsonWriter {
  public:
    enum Style { kCompact, kIndented };
    explicit JsonWriter(Style style) : style_(style) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);

    JsonWriter& null() { return raw("null"); }
    JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
    JsonWriter& number(std::uint64_t value) { return raw(std::to_string(value)); }
    JsonWriter& number(std::int64_t value) { return raw(std::to_string(value)); }
    /// The shortest text that reads back as the same number. NaN and the infinities, which JSON does
    /// not have, as the strings "NaN", "Infinity", "-Infinity".
    JsonWriter& number(double value);
    JsonWriter& number(float value);
    JsonWriter& string(std::string_view text);
    /// Any complete value, as it is.
    JsonWriter& raw(std::string_view json);

    [[nodiscard]] const std::string& text() const { return text_; }
    std::string take() { return std::move(text_); }
    /// How much was written, and back to it: for a value that turns out not to be one.
    struct Mark {
        std::size_t size;
        std::size_t depth;
        bool first;
        bool after_key;
    };
    [[nodiscard]] Mark mark() const;
    void rewind(const Mark& mark);

  private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void before_value();
    void break_line();

    const Style style_;
    std::string text_;
    std::vector<bool> first_;  // per open bracket: nothing in it yet
    bool after_key_ = false;
};

/// "…" with everything escaped that JSON wants escaped.
std::string json_string(std::string_view text);

/// Valid UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace vitrine::cli
