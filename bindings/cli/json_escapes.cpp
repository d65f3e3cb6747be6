#include "bindings/cli/json_escapes.hpp"

#include <algorithm>
#include <charconv>

#include "bindings/cli/json_value.hpp"

namespace vitrine::cli {
namespace {

constexpr std::size_t kEscapeBytes = 6;  // \uXXXX

/// The number of the escape at `at`.
unsigned number_at(std::string_view json, std::size_t at) {
    const std::string_view digits = json.substr(at + 2, 4);
    unsigned number = 0;
    const char* end = digits.data() + digits.size();
    if (digits.size() != 4 || std::from_chars(digits.data(), end, number, 16).ptr != end)
        throw JsonError("it is no JSON: \\u stands before four digits");
    return number;
}

void append_utf8(std::string& out, unsigned code) {
    const auto add = [&](unsigned byte) { out += static_cast<char>(byte); };
    if (code == 0) {  // as it is, it would be the text's end to the parser
        out += "\\u0000";
        return;
    }
    if (code < 0x80) {
        if (code == '"' || code == '\\') out += '\\';
        return add(code);
    }
    if (code < 0x800) {
        add(0xC0 | code >> 6);
    } else {
        if (code < 0x10000) {
            add(0xE0 | code >> 12);
        } else {
            add(0xF0 | code >> 18);
            add(0x80 | (code >> 12 & 0x3F));
        }
        add(0x80 | (code >> 6 & 0x3F));
    }
    add(0x80 | (code & 0x3F));
}

/// The character that the escape at `at` begins; `at` then stands behind it.
unsigned take_code(std::string_view json, std::size_t& at) {
    const unsigned first = number_at(json, at);
    at += kEscapeBytes;
    if (first < 0xD800 || first > 0xDFFF) return first;
    const bool pair = first < 0xDC00 && json.substr(at, 2) == "\\u";
    const unsigned second = pair ? number_at(json, at) : 0;
    if (second < 0xDC00 || second > 0xDFFF) throw JsonError("it is no JSON: half a surrogate pair");
    at += kEscapeBytes;
    return 0x10000 + ((first - 0xD800) << 10 | (second - 0xDC00));
}

}  // namespace

std::string without_unicode_escapes(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    for (std::size_t at = 0; at < json.size();) {
        const std::size_t escape = std::min(json.find('\\', at), json.size());
        out.append(json.substr(at, escape - at));
        at = escape;
        if (at == json.size()) break;
        if (json.substr(at, 2) == "\\u") {
            append_utf8(out, take_code(json, at));
        } else {
            out.append(json.substr(at, 2));
            at += 2;
        }
    }
    return out;
}

}  // namespace vitrine::cli
