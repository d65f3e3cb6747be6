#pragma once

#include <cstdint>

#include <vitrine/version.hpp>

namespace vitrine {

/// What a backup holds. A value.
struct BackupReport {
    Version version{};  ///< the commit that it shows
    Version oldest{};   ///< the oldest version that can be read in it; with no history: version
    std::uint64_t rows = 0;     ///< versions of objects and of parts of trees that were written
    std::uint64_t commits = 0;  ///< entries of the log of commits
    std::uint64_t bytes = 0;    ///< the new file's size
};

}  // namespace vitrine
