#pragma once

#include <filesystem>
#include <optional>

#include <vitrine/backup_report.hpp>
#include <vitrine/options.hpp>

#include "core/archive/write_archive.hpp"
#include "mvcc/store.hpp"

namespace vitrine::mvcc {

/// The newest commit, pinned, when all of it is in the storage and stays there while the snapshot
/// lives: no version of it is in memory alone, waiting for a batch that writes it anew (D2).
/// Throws: StorageError when the storage is in doubt, or a deferred write failed.
/// Cost: waits for one batch at most.
Snapshot snapshot_on_disk(Store& store);

/// core/archive/store_copy.hpp and write_archive.hpp, of the newest commit, while work goes on. What
/// the retention drops meanwhile is not in the copy: its history begins with the oldest version that
/// is kept when the copy ends.
/// Throws: StorageError, CorruptionError, CancelledError; then nothing is left behind.
BackupReport backup(Store& store, const std::filesystem::path& target, const Progress& progress);
BackupReport backup_archive(Store& store, const std::optional<core::archive::Since>& since,
                            const std::filesystem::path& target, const Progress& progress);

}  // namespace vitrine::mvcc
