#pragma once

#include <filesystem>

#include "core/lmdb/lmdb_storage.hpp"
#include "mvcc/store.hpp"

namespace vitrine::btree {

/// Opens the store in a file as a machine that knows trees. What a crash left in the commit log goes
/// into the file first, for a reading opening too.
/// Throws: StorageError, CorruptionError.
mvcc::StoreOwner open_file(const std::filesystem::path& file, const StoreOptions& options);

/// The storage alone, for reading, after the same.
std::unique_ptr<core::Storage> open_storage(const std::filesystem::path& file,
                                            core::lmdb::Options options);

}  // namespace vitrine::btree
