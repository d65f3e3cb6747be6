#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include <vitrine/backup_report.hpp>

#include "core/archive/archive_reader.hpp"
#include "core/archive/meter.hpp"

namespace vitrine::core::archive {

/// A full archive and the increments after it, each of which begins where the one before it ends.
class Chain {
  public:
    /// Throws: StorageError that names the file which does not follow (not full; a gap; another
    /// store's; an order that is wrong), CorruptionError.
    explicit Chain(const std::vector<std::filesystem::path>& files);

    /// Shortens the chain to what it takes to restore that version.
    /// Throws: StorageError that says which versions there are.
    void cut_to(Version version);

    [[nodiscard]] const ArchiveFile& at(std::size_t index) const { return *archives_[index]; }
    [[nodiscard]] const ArchiveFile& last() const { return *archives_.back(); }
    [[nodiscard]] std::size_t size() const { return archives_.size(); }

  private:
    std::vector<std::unique_ptr<ArchiveFile>> archives_;
};

/// Puts a chain together: a new store at `target` that shows what the backed-up one did, as of the
/// last archive's newest version or of any other one that was kept, with the history of that archive
/// up to there. Its identity is new: archives made from it do not continue the chain.
/// Throws: StorageError, CorruptionError (naming archive and place), CancelledError; then nothing is
/// left behind. Cost: reads every archive once, writes each row once; bounded memory.
BackupReport restore(const std::vector<std::filesystem::path>& files, std::optional<Version> to,
                     const std::filesystem::path& target, const Progress& progress);

}  // namespace vitrine::core::archive
