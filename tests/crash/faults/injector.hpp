#pragma once

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <span>

#include "tests/interpose/files.hpp"

/// Makes the n-th call of one kind fail.
namespace vitrine::crash {

struct FaultKind {
    const char* name;
    bool memory;           ///< an allocation; else a call on the scenario's files
    interpose::Call call;  ///< rename stands for unlink too
    int error;             ///< 0: half of the bytes are read or written
    bool stays;            ///< so do all after it
    /// Whether a store may refuse writes for it (until it is opened again).
    [[nodiscard]] bool may_leave_doubt() const {
        return !memory && (call == interpose::Call::write || call == interpose::Call::sync);
    }
};

std::span<const FaultKind> fault_kinds();

/// The number of calls of the kind from here to disarm() is counted, and the n-th fails.
void arm(const FaultKind& kind, std::uint64_t n, const std::filesystem::path& folder);

/// How many calls there were since arm().
std::uint64_t disarm();

}  // namespace vitrine::crash
