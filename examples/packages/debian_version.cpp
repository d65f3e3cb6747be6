#include "debian_version.hpp"

#include <algorithm>

namespace packages {
namespace {

struct Parts {
    std::string_view epoch;
    std::string_view upstream;
    std::string_view revision;
};

Parts split(std::string_view version) {
    Parts parts;
    if (const auto colon = version.find(':'); colon != std::string_view::npos) {
        parts.epoch = version.substr(0, colon);
        version.remove_prefix(colon + 1);
    }
    const auto dash = version.rfind('-');
    parts.upstream = version.substr(0, dash);
    if (dash != std::string_view::npos) parts.revision = version.substr(dash + 1);
    return parts;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Where a character of a part without digits stands: '~', the end, letters, the rest.
int weight(std::string_view text, std::size_t at) {
    if (at >= text.size() || is_digit(text[at])) return 0;
    const char c = text[at];
    if (c == '~') return -1;
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return letter ? c : static_cast<unsigned char>(c) + 256;
}

std::string_view take_number(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, is_digit) - text.begin();
    auto number = text.substr(0, static_cast<std::size_t>(end));
    text.remove_prefix(number.size());
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return a.size() <=> b.size();
    return a <=> b;
}

std::strong_ordering compare_parts(std::string_view a, std::string_view b) {
    while (!a.empty() || !b.empty()) {
        std::size_t at = 0;
        for (; weight(a, at) != 0 || weight(b, at) != 0; ++at)
            if (weight(a, at) != weight(b, at)) return weight(a, at) <=> weight(b, at);
        a.remove_prefix(std::min(at, a.size()));
        b.remove_prefix(std::min(at, b.size()));
        if (const auto order = compare_numbers(take_number(a), take_number(b)); order != 0)
            return order;
    }
    return std::strong_ordering::equal;
}

}  // namespace

std::strong_ordering compare_versions(std::string_view a, std::string_view b) {
    const Parts x = split(a);
    const Parts y = split(b);
    if (const auto order = compare_parts(x.epoch, y.epoch); order != 0) return order;
    if (const auto order = compare_parts(x.upstream, y.upstream); order != 0) return order;
    return compare_parts(x.revision, y.revision);
}

}  // namespace packages
