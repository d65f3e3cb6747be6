#include "bindings/cli/at_option.hpp"

#include <charconv>
#include <cmath>
#include <ctime>
#include <optional>

#include <fmt/format.h>

#include "bindings/cli/command_line.hpp"

namespace vitrine::cli {
namespace {

constexpr double kNanoseconds = 1e9;

bool in_calendar(const std::tm& date) {
    std::tm again = date;
    const std::time_t time = ::timegm(&again);
    return time != -1 && again.tm_mday == date.tm_mday && again.tm_mon == date.tm_mon &&
           again.tm_hour == date.tm_hour && again.tm_min == date.tm_min;
}

// What is left after the minutes: ":05.25", "Z", nothing.
std::optional<double> seconds_of(std::string_view rest) {
    if (!rest.empty() && rest.back() == 'Z') rest.remove_suffix(1);
    if (rest.empty()) return 0;
    double seconds = 0;
    const char* end = rest.data() + rest.size();
    const auto result = std::from_chars(rest.data() + 1, end, seconds, std::chars_format::fixed);
    const bool good = rest.front() == ':' && result.ec == std::errc() && result.ptr == end &&
                      seconds >= 0 && seconds < 61;
    return good ? std::optional(seconds) : std::nullopt;
}

std::optional<core::Time> time_of(const std::string& text) {
    std::tm date{};
    int used = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &date.tm_year, &date.tm_mon, &date.tm_mday,
                    &used) != 3)
        return std::nullopt;
    std::string rest = text.substr(static_cast<std::size_t>(used));
    if (!rest.empty() && (rest.front() == 'T' || rest.front() == ' ')) {
        if (std::sscanf(rest.c_str() + 1, "%2d:%2d%n", &date.tm_hour, &date.tm_min, &used) != 2)
            return std::nullopt;
        rest = rest.substr(1 + static_cast<std::size_t>(used));
    } else if (!rest.empty()) {
        return std::nullopt;
    }
    const auto seconds = seconds_of(rest);
    date.tm_year -= 1900;
    date.tm_mon -= 1;
    if (!seconds || !in_calendar(date)) return std::nullopt;
    return std::chrono::system_clock::from_time_t(::timegm(&date)) +
           std::chrono::nanoseconds(std::llround(*seconds * kNanoseconds));
}

}  // namespace

CLI::Option* add_at(CLI::App& command, std::string& at) {
    return command.add_option("--at", at,
                              "As of this version, or of this time (UTC): 2026-03-01T12:30:05");
}

mvcc::Snapshot snapshot_of(mvcc::Store& store, const std::string& at) {
    if (at.empty()) return store.snapshot();
    std::uint64_t version = 0;
    const char* end = at.data() + at.size();
    const auto result = std::from_chars(at.data(), end, version);
    if (result.ec == std::errc() && result.ptr == end) return store.snapshot_at(Version{version});
    const auto time = time_of(at);
    if (!time) throw WrongUsage(fmt::format("\"{}\" is neither a version nor a time", at));
    return store.snapshot_at(*time);
}

}  // namespace vitrine::cli
