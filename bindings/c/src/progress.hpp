#pragma once

#include <vitrine.h>

#include <vitrine/options.hpp>

namespace vitrine::capi {

inline Progress to_progress(vitrine_progress progress, void* user) {
    if (progress == nullptr) return {};
    return [progress, user](std::uint64_t done, std::uint64_t total) {
        return progress(user, done, total);
    };
}

}  // namespace vitrine::capi
