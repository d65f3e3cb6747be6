#pragma once

#include <chrono>
#include <cstdint>

#include "core/storage.hpp"

namespace vitrine::core {

/// A time as it is stored: nanoseconds since 1970, in two's complement.
inline std::uint64_t to_number(Time time) {
    using Nanoseconds = std::chrono::duration<std::int64_t, std::nano>;
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<Nanoseconds>(time.time_since_epoch()).count());
}

inline Time to_time(std::uint64_t number) {
    using Nanoseconds = std::chrono::duration<std::int64_t, std::nano>;
    return Time(
        std::chrono::duration_cast<Time::duration>(Nanoseconds(static_cast<std::int64_t>(number))));
}

}  // namespace vitrine::core
