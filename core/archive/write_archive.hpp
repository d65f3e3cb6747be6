#pragma once

#include <filesystem>
#include <optional>

#include <vitrine/backup_report.hpp>

#include "core/archive/source.hpp"

namespace vitrine::core::archive {

/// Where an increment begins: what was the newest version of the archive before it.
struct Since {
    Version version;
    std::optional<Time> time{};  ///< when known: of that commit
};

/// The end of an archive, to begin the next one with. Throws: StorageError (no archive; of another
/// store than `identity`), CorruptionError.
Since end_of(const std::filesystem::path& archive, const Identity& identity);

/// Writes an archive (format.hpp) of the source at `target`: all of it, or what changed since a
/// version. Every row is checked as it is read; the archive is read back before it gets its name.
/// Throws: StorageError (the target exists; no room; `since` is not in the store's past),
/// CorruptionError, CancelledError; nothing is left behind.
/// Cost: reads the whole source; writes what changed, the types, and 16 bytes for each run of ids
/// that stayed (or each group of 64 with gaps); bounded memory but for these.
BackupReport write_archive(const Source& source, const std::optional<Since>& since,
                           const std::filesystem::path& target, const Progress& progress);

/// Reads an archive from front to back. Throws: CorruptionError naming the file and the place,
/// CancelledError.
void verify_archive(const std::filesystem::path& file, const Meter& meter);

}  // namespace vitrine::core::archive
