#pragma once

#include <optional>

#include <vitrine/vitrine.hpp>

#include "analysis.hpp"

namespace packages {

/// Keeps the findings in the store, for the next run.
void store_answers(vitrine::Store& store, const Findings& findings);

/// What the last run kept; nothing when the packages changed since.
std::optional<Findings> load_answers(const vitrine::Snapshot& snapshot);

}  // namespace packages
