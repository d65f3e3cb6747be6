#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace vitrine {

/// How long superseded versions stay readable beyond the snapshots that are open. A value. It is
/// stored in the file; what falls out of it is freed by the commits that follow, step by step.
class Retention {
  public:
    enum class Kind : std::uint8_t { none, commits, duration, forever };

    /// Only the newest version, and what open snapshots show.
    static constexpr Retention none() { return {}; }
    /// The newest version and the `count` commits before it. commits(0) keeps what none() keeps, and
    /// the newest commit's entry in the log.
    static constexpr Retention commits(std::uint64_t count) { return {Kind::commits, count}; }
    /// Every version that was the newest at some time in the last `span`. Negative counts as 0.
    template <class Rep, class Period>
    static constexpr Retention duration(std::chrono::duration<Rep, Period> span) {
        using Longest = std::chrono::duration<double, std::nano>;
        if (span <= span.zero()) return {Kind::duration, 0};
        if (Longest(span) >= Longest(std::chrono::nanoseconds::max()))
            return {Kind::duration, std::numeric_limits<std::int64_t>::max()};
        return {Kind::duration,
                static_cast<std::uint64_t>(
                    std::chrono::duration_cast<std::chrono::nanoseconds>(span).count())};
    }
    static constexpr Retention forever() { return {Kind::forever, 0}; }

    [[nodiscard]] constexpr Kind kind() const { return kind_; }
    /// commits: their number; duration: nanoseconds; else 0.
    [[nodiscard]] constexpr std::uint64_t amount() const { return amount_; }
    friend constexpr bool operator==(Retention, Retention) = default;

  private:
    constexpr Retention() = default;
    constexpr Retention(Kind kind, std::uint64_t amount) : kind_(kind), amount_(amount) {}

    Kind kind_ = Kind::none;
    std::uint64_t amount_ = 0;
};

}  // namespace vitrine
