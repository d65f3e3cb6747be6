#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>

/// What every source of a copied tree includes first: which of its faults is on. All of them are
/// compiled into one build; the environment variable VITRINE_MUTANT names one, by number or name.
/// With VITRINE_MUTANT_TRACE=<file> none is on, and the numbers of those that a run came by are
/// appended to the file when it ends.
namespace vitrine_mutant {

inline constexpr const char* kNames[] = {
#include "vitrine_mutant_names.inc"
    ""};
inline constexpr int kCount = 4096;  // more than any run has, so that adding one rebuilds little

inline int active = -1;
inline const char* trace = nullptr;
inline bool passed[kCount];

inline bool on(int number) {
    if (trace != nullptr) __atomic_store_n(&passed[number], true, __ATOMIC_RELAXED);
    return active == number;
}

// Before every other initialisation, which may run mutated code.
[[gnu::constructor(101)]] inline void choose() {
    trace = std::getenv("VITRINE_MUTANT_TRACE");
    const char* wanted = std::getenv("VITRINE_MUTANT");
    if (wanted == nullptr || *wanted == 0) return;
    char* end = nullptr;
    active = static_cast<int>(std::strtol(wanted, &end, 10));
    if (*end == 0) return;
    for (active = 0; kNames[active][0] != 0; ++active)
        if (std::strcmp(kNames[active], wanted) == 0) return;
    // A name that switches nothing on would look like a fault that nothing catches.
    std::fprintf(stderr, "no such mutant: %s\n", wanted);
    std::_Exit(2);
}

[[gnu::destructor(101)]] inline void tell() {
    if (trace == nullptr) return;
    std::FILE* file = std::fopen(trace, "a");
    if (file == nullptr) return;
    for (int number = 0; number < kCount; ++number)
        if (passed[number]) std::fprintf(file, "%d\n", number);
    std::fclose(file);
}

}  // namespace vitrine_mutant
