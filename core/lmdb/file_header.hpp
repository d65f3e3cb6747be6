#pragma once

#include <cstdint>
#include <string>

namespace vitrine::core::lmdb {

// LMDB trusts its file: a page number that leads past the end of the file ends the process with
// SIGBUS. So the two meta pages are looked at before anything is mapped.

/// The newer of LMDB's two meta pages, as far as opening needs it.
struct FileHeader {
    bool fresh = false;                ///< nothing was ever written: the rest has no meaning
    std::uint64_t pages = 0;           ///< that the newest commit counts as its file's
    std::uint64_t free_list_root = 0;  ///< kNoPage: no page is free
    std::uint64_t tables_root = 0;     ///< of the table of tables; kNoPage: it is empty
};

inline constexpr std::uint64_t kPageBytes = 4096;
inline constexpr std::uint64_t kNoPage = ~std::uint64_t{0};

/// Reads and checks the meta pages of the file. What a crash may leave of a creation counts as
/// fresh. Throws: StorageError when it is not LMDB's or of another page size or format,
/// CorruptionError when it evidently was a store and its header is damaged, or when the file was
/// cut short.
FileHeader read_file_header(int descriptor, const std::string& name);

/// True when LMDB's list of free pages has every page from `first` to the header's last one.
/// LMDB does not write pages that a transaction took and gave back, so a sound file may end before
/// its last page; it is a truncated one if any missing page is in use.
bool all_free_from(std::uint64_t first, const FileHeader& header, int descriptor);

}  // namespace vitrine::core::lmdb
