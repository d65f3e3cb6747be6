#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>

#include "core/lmdb/lmdb_storage.hpp"

namespace vitrine::core::lmdb {

/// An open data file that nobody else has open as a store: not in this process (a registry by
/// device and inode; LMDB itself would let a second environment destroy the first one's locks) and
/// not in another one (flock on a descriptor of our own).
/// Threads: any. A forked child owns nothing: its copy may be destroyed without effect.
class FileClaim {
  public:
    /// Throws: StorageError.
    FileClaim(const std::filesystem::path& file, const Options& options);
    FileClaim(const FileClaim&) = delete;
    FileClaim& operator=(const FileClaim&) = delete;
    ~FileClaim();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    /// True when `other` is a descriptor of the same file.
    [[nodiscard]] bool same_file(int other) const;
    /// See Storage::set_holders.
    void set_holders(std::function<std::string()> holders);

  private:
    explicit FileClaim(std::string name);
    void open(const Options& options);
    void enter_registry();
    void lock();

    std::string name_;
    int descriptor_ = -1;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    pid_t owner_ = 0;
    bool registered_ = false;
};

}  // namespace vitrine::core::lmdb
