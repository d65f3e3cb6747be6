#include "listing.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

namespace packages {
namespace {

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::string_view or_else(std::string_view text, std::string_view other) {
    return text.empty() ? other : text;
}

}  // namespace

bool describes_package(const Stanza& stanza) {
    const std::string_view status = stanza["Status"];
    return !stanza["Package"].empty() && (status.empty() || status.ends_with(" installed"));
}

Listing read_listing(const Stanza& stanza) {
    Listing listing;
    listing.key = {.name = std::string{stanza["Package"]},
                   .architecture = std::string{or_else(stanza["Architecture"], "all")}};
    listing.version = stanza["Version"];
    listing.section = or_else(stanza["Section"], "(none)");
    listing.summary = first_line(stanza["Description"]);
    listing.installed_kib = number(stanza["Installed-Size"]);
    listing.foreign = stanza["Multi-Arch"] == "foreign";
    listing.allowed = stanza["Multi-Arch"] == "allowed";
    listing.depends = parse_clauses(stanza["Pre-Depends"]);
    std::ranges::move(parse_clauses(stanza["Depends"]), std::back_inserter(listing.depends));
    for (Clause& clause : parse_clauses(stanza["Provides"]))
        listing.provides.push_back(std::move(clause.alternatives.front()));
    return listing;
}

}  // namespace packages
