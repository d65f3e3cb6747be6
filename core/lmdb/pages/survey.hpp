#pragma once

#include <string>
#include <vector>

#include "core/lmdb/pages/row_search.hpp"
#include "core/lmdb/pages/structure.hpp"

namespace vitrine::core::lmdb {

/// Told how many pages were looked at, of how many; false cancels.
using SurveyProgress = FunctionRef<bool(std::uint64_t done, std::uint64_t total)>;

/// All that a file holds, read without LMDB. Where rows lie, not what they are: 40 bytes each.
struct Survey {
    std::vector<PageFault> page_faults{};
    std::vector<FoundRow> rows{};      ///< in the order of (id, version)
    std::vector<RowDamage> damaged{};  ///< rows that are not intact, some of which were found
                                       ///< all the same
    std::vector<StoredType> types{};   ///< those that pass as schema nodes
    std::vector<std::string> lost_types{};
    std::vector<CommitRow> commits{};  ///< of the log, ascending
    std::uint64_t lost_commits = 0;
    std::optional<StorageState> state{};  ///< the store's own row
    std::uint64_t pages = 0;
    std::uint64_t bytes = 0;  ///< of the rows
    /// Parts of the table of objects were looked for on all pages that may have been free: rows that
    /// were erased may have come back.
    bool searched_free_pages = false;

    [[nodiscard]] bool sound() const {
        return page_faults.empty() && damaged.empty() && lost_types.empty() && lost_commits == 0;
    }
};

/// Reads a file however damaged. Requires: nobody writes to it.
/// Throws: CancelledError; nothing for what the file holds.
/// Cost: every page that is not free is read once; each row's checksum.
Survey survey(const PageFile& file, SurveyProgress progress);
inline Survey survey(const PageFile& file) {
    return survey(file, [](std::uint64_t, std::uint64_t) { return true; });
}

/// "object #5, version 12, on page 7: it is damaged"; a range of objects where the row is not known.
std::string to_text(const RowDamage& damage);

}  // namespace vitrine::core::lmdb
