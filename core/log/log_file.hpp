#pragma once

#include <filesystem>
#include <memory>

#include "core/commit_log.hpp"
#include "core/storage.hpp"

namespace vitrine::core::log {

/// The commit log of the store in `store` lies beside it.
std::filesystem::path log_path(const std::filesystem::path& store);

/// Makes an empty log, in place of whatever has that name. Throws: StorageError.
/// Cost: two syncs. Its room is taken a piece at a time, up to `bytes`.
std::unique_ptr<CommitLog> make_log_file(const std::filesystem::path& file, Identity store,
                                         std::size_t bytes);

/// Opens the log that a store's mark names. Throws: StorageError when it is missing, another store's
/// or of another time; CorruptionError when its head is damaged.
std::unique_ptr<CommitLog> open_log_file(const std::filesystem::path& file, Identity store,
                                         LogMark mark);

/// Whether there is a log of commits by that name, of any store.
bool is_log_file(const std::filesystem::path& file);

}  // namespace vitrine::core::log
