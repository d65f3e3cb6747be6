#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <vitrine/vitrine.hpp>

namespace packages {

/// A control file, and how to tell whether it is still the same.
struct SourceFile {
    std::string path;
    std::uint64_t bytes = 0;
    std::int64_t modified = 0;

    /// Throws: std::filesystem::filesystem_error.
    static SourceFile at(const std::filesystem::path& path);
};

/// Whether the store holds what this file says, complete.
bool is_imported(const vitrine::Snapshot& snapshot, const SourceFile& source);

/// Makes the store hold what the file says, in transactions of some hundred packages each. What is
/// there already stays, with its references; only what differs is written. When it was interrupted,
/// doing it again finishes it.
void import_file(vitrine::Store& store, const SourceFile& source);

/// Marks the packages as being changed, and the answers as gone; or as complete again.
void mark_busy(vitrine::Store& store, const SourceFile& source);
void mark_ready(vitrine::Store& store);

}  // namespace packages
