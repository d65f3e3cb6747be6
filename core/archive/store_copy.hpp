#pragma once

#include <filesystem>
#include <optional>

#include <vitrine/backup_report.hpp>

#include "core/archive/part_file.hpp"
#include "core/archive/source.hpp"

namespace vitrine::core::archive {

/// Writes a store of its own, compact, at `target`: pages filled in key order, nothing that neither
/// the newest version nor the history shows. Every row is checked as it is read; what was written is
/// read back before the file gets its name.
/// Throws: StorageError (the target exists; no room), CorruptionError, CancelledError; nothing is
/// left behind. Cost: reads the source once and the copy once; bounded memory.
BackupReport copy_store(const Source& source, const std::filesystem::path& target,
                        const Progress& progress);

/// The part of it that makes, syncs and reads back the file. `identity`: empty: a new one.
BackupReport fill_store(const Source& source, const PartFile& file,
                        std::optional<Identity> identity, Meter& meter);

}  // namespace vitrine::core::archive
