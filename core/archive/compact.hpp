#pragma once

#include <cstdint>
#include <filesystem>

#include "core/archive/meter.hpp"

namespace vitrine::core::archive {

struct CompactReport {
    std::uint64_t bytes_before = 0;
    std::uint64_t bytes_after = 0;
};

/// Replaces a store's file, which nobody has open, by a compact copy: nothing but the newest version
/// and what the retention keeps. The file keeps its owner, mode and identity.
///
/// The copy is made beside the file as `<file>.compact`, verified and synced; then it takes the
/// file's name in one step. Killed at any moment, the name stands for the old file or for the new
/// one, whole; a left-over is removed by the next call.
/// Throws: StorageError (in use; no room, and how much it takes), CorruptionError, CancelledError:
/// the file is as it was.
CompactReport compact(const std::filesystem::path& file, const Progress& progress);

}  // namespace vitrine::core::archive
