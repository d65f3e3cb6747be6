#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "closure_walk.hpp"

namespace packages {

struct SectionSize {
    std::string name;
    std::uint32_t packages = 0;
    std::uint64_t installed_kib = 0;

    friend bool operator==(const SectionSize&, const SectionSize&) = default;
};

/// What the analysts find out about one snapshot.
struct Findings {
    vitrine::Version snapshot;
    std::uint64_t packages = 0;
    std::uint64_t dependencies = 0;     ///< followed, over all closures
    std::uint64_t unsatisfied = 0;      ///< of them
    std::uint64_t checksum = 0;         ///< over the closures of all packages and all sections
    std::vector<Closure> largest;       ///< by members; the first hundred
    std::vector<SectionSize> sections;  ///< by installed size
};

/// Computes the closure of every package and the size of every section, with so many threads, each
/// reading parts of the trees.
Findings analyse(const vitrine::Snapshot& snapshot, unsigned threads, const std::string& what);

}  // namespace packages
