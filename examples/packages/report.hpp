#pragma once

#include <cstddef>
#include <string_view>

#include <vitrine/vitrine.hpp>

#include "experiment.hpp"

namespace packages {

/// What the packages are like: the largest closures, sizes by section. On standard output.
void print_findings(const vitrine::Snapshot& snapshot, const Findings& findings, std::size_t top);

/// What happened while they were found out.
void print_experiment(const Experiment& experiment);

/// One package, for each architecture: what it is, what it depends on, and how large its closure is.
/// Throws: vitrine::NotFoundError.
void print_package(const vitrine::Snapshot& snapshot, std::string_view name);

}  // namespace packages
