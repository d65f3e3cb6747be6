#pragma once

#include <unistd.h>

#include <cstdlib>

#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::fuzz {

/// A folder in memory where there is one: nothing here is about what survives.
inline core::testing::TemporaryFolder& quick_folder() {
    static const bool chosen = [] {
        constexpr const char* kMemory = "/dev/shm";
        if (::access(kMemory, W_OK) == 0) ::setenv("TMPDIR", kMemory, 0);
        return true;
    }();
    static core::testing::TemporaryFolder folder;
    static_cast<void>(chosen);
    return folder;
}

}  // namespace vitrine::fuzz
