#pragma once

#include <string>

namespace vitrine::bench {

/// Where and when figures were measured.
struct Machine {
    std::string day;  ///< of today, as 2026-11-23
    unsigned processors = 0;
    std::string processor;
};

Machine this_machine();

}  // namespace vitrine::bench
