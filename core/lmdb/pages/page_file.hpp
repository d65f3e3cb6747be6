#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "core/lmdb/pages/page.hpp"

namespace vitrine::core::lmdb {

/// A data file that is read with `pread`, without LMDB and without a mapping: a number out of a
/// damaged page that leads anywhere, a file cut short and a bad sector are answers here, not signals.
/// Threads: any number.
class PageFile {
  public:
    /// Opens the file for reading. Throws: StorageError.
    explicit PageFile(const std::filesystem::path& file);
    /// Reads through another's descriptor. Lifetime: the descriptor's. Throws: StorageError.
    PageFile(int descriptor, std::string name);
    PageFile(const PageFile&) = delete;
    PageFile& operator=(const PageFile&) = delete;
    ~PageFile();

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// A page that the file's end cuts counts.
    [[nodiscard]] std::uint64_t pages() const { return (bytes_ + kPageBytes - 1) / kPageBytes; }

    /// False when there is no such page or the system cannot read it. What lies behind the end of the
    /// file reads as zeros.
    bool read(std::uint64_t number, Page& into) const;
    /// False unless all of it is there.
    bool read(std::uint64_t offset, std::span<std::byte> into) const;

  private:
    void measure();

    std::string name_;
    int descriptor_ = -1;
    bool owned_ = false;
    std::uint64_t bytes_ = 0;
};

}  // namespace vitrine::core::lmdb
