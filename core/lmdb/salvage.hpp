#pragma once

#include <string>
#include <vector>

#include "core/lmdb/pages/survey.hpp"

namespace vitrine::core::lmdb {

/// What copy_rows put into the new store.
struct CopiedRows {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    StorageState state{};           ///< of the new store
    std::vector<RowDamage> lost{};  ///< damaged rows of the survey that were not found
};

/// Writes all that a survey found into a new store, in bounded batches: rows, types, the log of
/// commits, and the newest version and the next id as the old file says or as the rows prove. Rows
/// are checked once more as they are read. What was superseded is noted as kept, so that the new
/// store frees what its retention does not cover.
/// Requires: `target` is empty. Throws: StorageError; CancelledError when `progress` (bytes) says so.
CopiedRows copy_rows(const PageFile& file, const Survey& survey, Storage& target,
                     SurveyProgress progress);

}  // namespace vitrine::core::lmdb
