#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/lmdb/pages/page_file.hpp"
#include "core/storage.hpp"

namespace vitrine::core::lmdb {

/// Something wrong with the file's structure, which no row says of itself.
struct PageFault {
    std::uint64_t page = 0;
    std::string table{};  ///< whose page it is; empty when it is nobody's
    std::string what{};   ///< what is wrong with it
};

/// "page 12 (objects): …".
std::string to_text(const PageFault& fault);

/// What LMDB writes down of a table (MDB_db).
struct TableHead {
    std::string name{};
    std::uint16_t flags = 0;
    std::uint16_t depth = 0;
    std::uint64_t branch_pages = 0;
    std::uint64_t leaf_pages = 0;
    std::uint64_t overflow_pages = 0;
    std::uint64_t entries = 0;
    std::uint64_t root = kNoPage;
};
inline constexpr std::size_t kTableHeadBytes = 48;
/// Requires: `bytes` is as long as a head.
TableHead parse_table_head(Bytes bytes, std::string name);

/// What a meta page says.
struct MetaPage {
    bool readable = false;  ///< it is there, and marked as one of its kind
    std::uint64_t transaction = 0;
    std::uint64_t last_page = 0;
    std::uint64_t map_bytes = 0;
    TableHead free_list{};
    TableHead main{};  ///< the table of tables
};
MetaPage read_meta_page(const PageFile& file, std::uint64_t number);

/// Where a file's newest state begins.
struct Layout {
    MetaPage meta{};
    std::vector<TableHead> tables{};
    std::optional<StorageState> state{};  ///< the store's own row, if it can be read
    /// Neither meta page leads to it: it was found by looking at every page.
    bool searched = false;
};

/// Finds the newest state that the file still leads to: of what the two meta pages say, the one
/// whose store row is the newer one, whatever their transaction numbers claim. Where both lead
/// nowhere, every page is looked at. What is wrong with the meta pages goes to `faults`.
/// Cost: a few pages; all of them when both meta pages are damaged.
Layout find_layout(const PageFile& file, std::vector<PageFault>& faults);

/// The store's row, from the table `meta` with that root.
std::optional<StorageState> read_state(const PageFile& file, std::uint64_t meta_root);

}  // namespace vitrine::core::lmdb
