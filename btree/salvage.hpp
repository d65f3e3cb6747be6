#pragma once

#include <filesystem>
#include <vector>

#include <vitrine/options.hpp>

#include "btree/salvage_trees.hpp"
#include "core/lmdb/salvage.hpp"

namespace vitrine::btree {

/// What was found in a damaged file, and what of it is in the new one.
struct SalvageReport {
    core::lmdb::Survey survey{};  ///< its rows are not kept
    core::lmdb::CopiedRows copied{};
    TreeRepairs trees{};
    std::uint64_t rows_found = 0;
    bool log_left =
        false;  ///< commits that only the log beside the file had are not in the new one

    [[nodiscard]] bool complete() const {
        return survey.sound() && copied.lost.empty() && trees.whole() && !log_left;
    }
};

/// Copies all that is readable out of a damaged file into a new store, in which every tree is sound
/// again. Its commit log, if a crash left one, is not used. The damaged file is only read, and claimed meanwhile: nobody may have it open.
/// Requires: `target` is not there, or empty. Throws: UsageError when it is not so, StorageError,
/// CancelledError; after an error there is no new file.
/// Cost: reads the file once, the rows twice; memory: 40 bytes for each row, 100 for each node.
SalvageReport salvage(const std::filesystem::path& damaged, const std::filesystem::path& target,
                      const Progress& progress);

}  // namespace vitrine::btree
