#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "bindings/cli/progress_bar.hpp"
#include "mvcc/snapshot.hpp"

namespace vitrine::cli {

struct ExportReport {
    std::uint64_t objects = 0;
    std::uint64_t trees = 0;
    std::uint64_t entries = 0;
    std::uint64_t roots = 0;
};

/// Takes a line without its end.
using LineSink = std::function<void(std::string_view)>;

/// Tells everything that a snapshot shows, as lines of JSON (bindings/cli/README.md, "The export").
/// The same content gives the same lines. Throws: CancelledError, CorruptionError.
/// Cost: reads the store twice: once to see how far the ids go, references that dangle included.
ExportReport export_store(const mvcc::Snapshot& snapshot, const LineSink& sink, ProgressBar& bar);

}  // namespace vitrine::cli
