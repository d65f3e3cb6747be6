#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>

namespace vitrine {

/// The number of a commit. Commits are numbered from 1 in the order in which they became visible;
/// `Version{}` (0) is the empty store before the first one.
/// Threads: a value; copy it freely.
class Version {
  public:
    constexpr Version() = default;
    explicit constexpr Version(std::uint64_t value) : value_(value) {}

    [[nodiscard]] constexpr std::uint64_t value() const { return value_; }

    friend constexpr auto operator<=>(Version, Version) = default;
    friend std::ostream& operator<<(std::ostream& out, Version version) {
        return out << version.value_;
    }

  private:
    std::uint64_t value_ = 0;
};

}  // namespace vitrine

template <>
struct std::hash<vitrine::Version> {
    std::size_t operator()(vitrine::Version version) const noexcept {
        return std::hash<std::uint64_t>{}(version.value());
    }
};
