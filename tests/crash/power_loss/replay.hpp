#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "tests/crash/power_loss/disk.hpp"
#include "tests/support/program.hpp"

namespace vitrine::crash {

struct Replay {
    std::string name;
    std::uint64_t seed = 1;
    std::uint64_t points = 0;    ///< moments of power loss, spread over the log; 0: all
    std::uint64_t variants = 4;  ///< of luck, at each, beside nothing and everything
    std::chrono::steady_clock::time_point end;
    std::filesystem::path folder;  ///< for the states: emptied each time
    /// A note was passed: what was said counts from here on.
    std::function<void(std::uint64_t note)> hear{};
    /// Looks at a state, with the folder's files as they may be. Throws, or adds to the findings.
    std::function<void(const std::filesystem::path& folder)> look{};
};

/// Goes through the log and loses power at its moments. Returns how many states were looked at.
std::uint64_t replay(const FileLog& log, const Replay& what, test::Findings& findings);

}  // namespace vitrine::crash
