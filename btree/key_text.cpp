#include "btree/key_text.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace vitrine::btree {
namespace {

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

/// The bytes of one number in a key, big-endian, as the key's encoding made them.
std::string number_text(std::string_view kind, ByteSpan bytes) {
    std::uint64_t number = 0;
    for (const std::byte byte : bytes) number = number << 8 | static_cast<std::uint64_t>(byte);
    if (kind == "double") {
        const std::uint64_t bits = (number & kSign) != 0 ? number & ~kSign : ~number;
        return fmt::format("{}", std::bit_cast<double>(bits));
    }
    if (kind.front() == 'u') return fmt::format("{}", number);
    const std::uint64_t half = std::uint64_t{1} << (8 * bytes.size() - 1);
    return fmt::format("{}", static_cast<std::int64_t>(number - half));
}

std::size_t width_of(std::string_view kind) {
    if (kind == "i8" || kind == "u8") return 1;
    if (kind == "i16" || kind == "u16") return 2;
    if (kind == "i32" || kind == "u32") return 4;
    if (kind == "i64" || kind == "u64" || kind == "double") return 8;
    return 0;  // a text
}

/// Takes one text of a composite key off `rest`.
std::optional<std::string> take_text(ByteSpan& rest) {
    KeyBytes text;
    for (std::size_t i = 0; i + 1 < rest.size(); ++i) {
        if (rest[i] != std::byte{0}) {
            text.push_back(rest[i]);
        } else if (rest[i + 1] == std::byte{0xFF}) {
            text.push_back(rest[i++]);
        } else {
            rest = rest.subspan(i + 2);
            return bytes_text(text);
        }
    }
    return std::nullopt;
}

std::optional<std::string> field_text(std::string_view kind, ByteSpan& rest) {
    const std::size_t width = width_of(kind);
    if (width == 0) return take_text(rest);
    if (rest.size() < width) return std::nullopt;
    std::string text = number_text(kind, rest.first(width));
    rest = rest.subspan(width);
    return text;
}

std::optional<std::string> fields_text(std::string_view kinds, ByteSpan rest) {
    std::string all = "(";
    while (!kinds.empty()) {
        const std::size_t end = std::min(kinds.find(','), kinds.size());
        const auto field = field_text(kinds.substr(0, end), rest);
        if (!field) return std::nullopt;
        all += (all.size() == 1 ? "" : ", ") + *field;
        kinds.remove_prefix(std::min(end + 1, kinds.size()));
    }
    if (!rest.empty()) return std::nullopt;
    return all + ")";
}

}  // namespace

std::string bytes_text(ByteSpan bytes) {
    std::string text = "\"";
    for (const std::byte byte : bytes.first(std::min(bytes.size(), kShownChars))) {
        const auto c = static_cast<char>(byte);
        if (c == '"' || c == '\\') {
            text += fmt::format("\\{}", c);
        } else if (c >= ' ' && c <= '~') {
            text += c;
        } else {
            text += fmt::format("\\x{:02x}", static_cast<unsigned>(byte));
        }
    }
    return text + (bytes.size() > kShownChars ? "…\"" : "\"");
}

std::string key_text(const TreeKind& kind, ByteSpan key) {
    const std::string_view name = kind.key;
    if (kind.fixed_keys && key.size() == 8 && width_of(name) != 0) return number_text(name, key);
    if (name.size() > 2 && name.front() == '(') {
        if (const auto text = fields_text(name.substr(1, name.size() - 2), key)) return *text;
    }
    return bytes_text(key);
}

}  // namespace vitrine::btree
