#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <vitrine/vitrine.hpp>

#include "analysis.hpp"
#include "importer.hpp"

namespace packages {

/// What came of analysing one snapshot again and again while a writer worked.
struct Experiment {
    Findings findings;                     ///< before the writer began
    std::chrono::duration<double> once{};  ///< the time that took
    unsigned rounds = 0;                   ///< on the same snapshot, while it wrote
    unsigned moved = 0;                    ///< of them: with another answer
    std::uint64_t commits = 0;             ///< made during these rounds
    std::size_t changed = 0;               ///< packages that they changed
    std::chrono::duration<double> while_writing{};
    std::uint64_t newest_checksum = 0;  ///< what the newest commit answers afterwards
};

/// Runs it, puts back what the writer changed, and stores the findings.
Experiment run_experiment(vitrine::Store& store, const SourceFile& source, unsigned threads);

}  // namespace packages
