#pragma once

#include <cstddef>
#include <fstream>
#include <string>

namespace vitrine::test {

/// Resident memory that is not of files: what an out-of-memory killer looks at. Linux only.
inline std::size_t anonymous_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) << 10;
    return 0;
}

}  // namespace vitrine::test
