#pragma once

#include "tests/crash/power_loss/replay.hpp"

namespace vitrine::crash {

/// Power losses during what makes or replaces files: creating a store, backups, restoring,
/// compacting. `pattern`: how to replay. Returns how many states were looked at.
std::uint64_t lose_power_making_files(const std::filesystem::path& folder, const Replay& pattern,
                                      test::Findings& findings);

}  // namespace vitrine::crash
