#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <vitrine/any_ref.hpp>
#include <vitrine/version.hpp>

namespace vitrine {

/// One commit, as the log of commits has it. A value.
struct CommitInfo {
    Version version{};
    std::chrono::system_clock::time_point time{};
    std::string note{};  ///< what TransactionOptions said
    /// Objects that it made, changed or erased, and trees in which it changed a key, by id. The
    /// names of roots are a tree as well: AnyRef{1}.
    std::vector<AnyRef> changed{};
};

/// One version of an object that is still kept. A value.
struct ObjectVersion {
    Version version{};
    /// Of the commit that wrote it; 1970 when the log no longer has that commit (a version older
    /// than the retention reaches, which lasted until then).
    std::chrono::system_clock::time_point time{};
    std::string note{};
    bool erased = false;  ///< the commit erased the object
};

}  // namespace vitrine
