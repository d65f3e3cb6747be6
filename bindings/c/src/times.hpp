#pragma once

#include <chrono>
#include <cstdint>

namespace vitrine::capi {

inline std::chrono::system_clock::time_point to_time(std::int64_t ns) {
    return std::chrono::system_clock::time_point{
        std::chrono::duration_cast<std::chrono::system_clock::duration>(
            std::chrono::nanoseconds(ns))};
}

inline std::int64_t from_time(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace vitrine::capi
