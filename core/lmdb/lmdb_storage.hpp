#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/storage.hpp"

namespace vitrine::core::lmdb {

struct Options {
    bool create_if_missing = true;
    /// Refuses writes, and leaves the folder as it is: no lock file.
    bool read_only = false;
    /// Address space to reserve; halved where the system refuses. A limit on the file's size too.
    std::uint64_t map_bytes = std::uint64_t{1} << 40;
    /// Of a store that is made by this opening; empty: a new one.
    std::optional<Identity> identity{};
    /// Looks at all pages before LMDB, which trusts them, maps the file: damage to the structure is a
    /// CorruptionError that names the pages, not a crash. Cost: the file's pages are read once.
    bool check_structure = false;
};

/// Opens the store in `file`, alone: a second opening, here or in another process, is refused.
/// Beside it LMDB keeps `<file>-lock`, which may be deleted while nobody has the store open.
/// Throws: StorageError (what the system said; not a Vitrine store; another format; already open),
/// CorruptionError when a store's header is damaged or the file was cut short.
/// Cost: two or three system calls and a page; a first opening is one synced transaction.
std::unique_ptr<Storage> open(const std::filesystem::path& file, Options options = {});

}  // namespace vitrine::core::lmdb
