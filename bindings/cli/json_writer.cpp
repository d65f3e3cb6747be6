#include "bindings/cli/json_writer.hpp"

#include <cmath>

#include <fmt/format.h>

namespace vitrine::cli {
namespace {

template <class Number>
void write_number(JsonWriter& out, Number value) {
    if (std::isnan(value))
        out.string("NaN");
    else if (std::isinf(value))
        out.string(value > 0 ? "Infinity" : "-Infinity");
    else
        out.raw(fmt::format("{}", value));
}

// How many bytes the character that `lead` begins has, and the lowest that its second may be; the
// highest is below. 0: no character begins so.
struct Lead {
    std::size_t size;
    unsigned char low;
    unsigned char high;
};

Lead lead_of(unsigned char lead) {
    if (lead < 0x80) return {1, 0, 0};
    if (lead < 0xC2) return {0, 0, 0};
    if (lead < 0xE0) return {2, 0x80, 0xBF};
    if (lead == 0xE0) return {3, 0xA0, 0xBF};
    if (lead == 0xED) return {3, 0x80, 0x9F};
    if (lead < 0xF0) return {3, 0x80, 0xBF};
    if (lead == 0xF0) return {4, 0x90, 0xBF};
    if (lead < 0xF4) return {4, 0x80, 0xBF};
    if (lead == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

}  // namespace

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\t': out += "\\t"; break;
            case '\r': out += "\\r"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                    out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                else
                    out += c;
        }
    }
    return out + '"';
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Lead lead = lead_of(static_cast<unsigned char>(text[at]));
        if (lead.size == 0 || at + lead.size > text.size()) return false;
        for (std::size_t i = 1; i < lead.size; ++i) {
            const auto next = static_cast<unsigned char>(text[at + i]);
            const bool second = i == 1;
            if (next < (second ? lead.low : 0x80) || next > (second ? lead.high : 0xBF))
                return false;
        }
        at += lead.size;
    }
    return true;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    before_value();
    text_ += json_string(name);
    text_ += style_ == kIndented ? ": " : ":";
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::number(double value) {
    write_number(*this, value);
    return *this;
}

JsonWriter& JsonWriter::number(float value) {
    write_number(*this, value);
    return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) { return raw(json_string(text)); }

JsonWriter& JsonWriter::raw(std::string_view json) {
    before_value();
    text_ += json;
    return *this;
}

JsonWriter::Mark JsonWriter::mark() const {
    return {text_.size(), first_.size(), !first_.empty() && first_.back(), after_key_};
}

void JsonWriter::rewind(const Mark& mark) {
    text_.resize(mark.size);
    first_.resize(mark.depth);
    if (!first_.empty()) first_.back() = mark.first;
    after_key_ = mark.after_key;
}

JsonWriter& JsonWriter::open(char bracket) {
    before_value();
    text_ += bracket;
    first_.push_back(true);
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    const bool empty = first_.back();
    first_.pop_back();
    if (!empty) break_line();
    text_ += bracket;
    return *this;
}

void JsonWriter::before_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (first_.empty()) return;
    if (!first_.back()) text_ += ',';
    first_.back() = false;
    break_line();
}

void JsonWriter::break_line() {
    if (style_ != kIndented) return;
    text_ += '\n';
    text_.append(2 * first_.size(), ' ');
}

}  // namespace vitrine::cli
