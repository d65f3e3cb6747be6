#pragma once

#include <cstdint>
#include <vector>

#include <vitrine/any_ref.hpp>

namespace vitrine {

/// What Store::migrate did. A value.
struct MigrationReport {
    std::uint64_t objects = 0;  ///< rewritten
    std::uint64_t trees = 0;    ///< whose values refer to such objects, and now say so
    std::uint64_t commits = 0;
    /// Trees that hold the old struct inline, as values: left as they are.
    std::vector<AnyRef> trees_left{};
};

}  // namespace vitrine
