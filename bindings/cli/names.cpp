#include "bindings/cli/names.hpp"

#include <charconv>
#include <ctime>

#include <fmt/format.h>

#include "bindings/cli/json_writer.hpp"
#include "btree/key_text.hpp"
#include "btree/node_types.hpp"

namespace vitrine::cli {
namespace {

constexpr std::size_t kHexDigits = 16;

std::string duration_text(std::uint64_t nanoseconds) {
    struct Unit {
        std::uint64_t size;
        const char* name;
    };
    constexpr Unit kUnits[] = {{86'400'000'000'000, "d"}, {3'600'000'000'000, "h"},
                               {60'000'000'000, "min"},   {1'000'000'000, "s"},
                               {1'000'000, "ms"},         {1, "ns"}};
    std::string text;
    for (const Unit& unit : kUnits) {
        if (const std::uint64_t count = nanoseconds / unit.size; count != 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : " ", count, unit.name);
        nanoseconds %= unit.size;
    }
    return text.empty() ? "0 s" : text;
}

}  // namespace

std::string type_name(const core::schema::Registry& types, core::TypeId type) {
    if (type == btree::kLeafType) return "leaf of a tree";
    if (type == btree::kInnerType) return "inner node of a tree";
    if (type == btree::kTreeHeaderType) return "head of a tree";
    if (type == btree::kLargeValueType) return "large value of a tree";
    return types.name_of(type);
}

std::string kind_text(const core::schema::Registry& types, const btree::TreeKind& kind) {
    std::string value = kind.value;
    for (std::size_t at = 0; (at = value.find("0x", at)) != std::string::npos; ++at) {
        core::TypeId type = 0;
        const char* digits = value.data() + at + 2;
        const auto end = std::from_chars(digits, value.data() + value.size(), type, 16).ptr;
        if (end - digits != static_cast<std::ptrdiff_t>(kHexDigits)) continue;
        const bool is_struct = at >= 7 && value.compare(at - 7, 7, "struct ") == 0;
        const std::size_t from = is_struct ? at - 7 : at;
        value.replace(from, at + 2 + kHexDigits - from, types.name_of(type));
        at = from;
    }
    return kind.key + " -> " + value;
}

std::string time_text(core::Time time) {
    using std::chrono::nanoseconds;
    using std::chrono::seconds;
    const auto since = std::chrono::duration_cast<nanoseconds>(time.time_since_epoch());
    const auto whole = std::chrono::floor<seconds>(since);
    const std::time_t stamp = whole.count();
    std::tm parts{};
    ::gmtime_r(&stamp, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       (since - whole).count());
}

std::string retention_text(Retention retention) {
    switch (retention.kind()) {
        case Retention::Kind::none: return "none";
        case Retention::Kind::commits: return fmt::format("{} commits", retention.amount());
        case Retention::Kind::duration: return duration_text(retention.amount());
        case Retention::Kind::forever: return "forever";
    }
    return "unknown";
}

std::string root_text(std::string_view name) {
    if (!name.empty() && is_utf8(name)) {
        bool plain = true;
        for (const char c : name) plain = plain && static_cast<unsigned char>(c) > ' ' && c != 0x7F;
        if (plain) return std::string(name);
        return json_string(name);
    }
    return btree::bytes_text(std::as_bytes(std::span(name)));
}

}  // namespace vitrine::cli
