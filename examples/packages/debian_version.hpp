#pragma once

#include <compare>
#include <string_view>

namespace packages {

/// Orders versions as dpkg does: [epoch:]upstream[-revision], digits as numbers, '~' before the end.
/// Source: deb-version(7).
std::strong_ordering compare_versions(std::string_view a, std::string_view b);

}  // namespace packages
