#pragma once

#include <filesystem>
#include <string>

namespace vitrine::core::archive {

/// A file in the making, called `<target>.part` until it is whole: a name without the ending means a
/// file that was verified and is on the disk. Gone with this object unless it got its name.
///
/// What a killed process left under the name in the making is taken over, but never another's file:
/// it must begin as ours do, and nobody may have it locked.
class PartFile {
  public:
    enum class Kind { store, archive };

    /// Throws: StorageError when `target` exists, or the name in the making cannot be had.
    PartFile(std::filesystem::path target, Kind kind);
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;
    ~PartFile();

    [[nodiscard]] const std::filesystem::path& path() const { return part_; }
    [[nodiscard]] const std::filesystem::path& target() const { return target_; }

    /// Brings what was written to the disk, and has the system forget its copy, so that reading it
    /// back asks the disk. Throws: StorageError.
    void sync() const;
    /// Gives the file its name, durably. Requires: it is closed and synced.
    /// Throws: StorageError, when the name was taken meanwhile too.
    void publish();
    /// The same over a file that exists, which it then replaces, with that one's owner and mode.
    void replace();

    /// For replace(): no file stands in the way.
    struct Over {};
    PartFile(Over, std::filesystem::path target, std::filesystem::path part);

  private:
    void take_over(Kind kind) const;
    void sync_folder() const;

    std::filesystem::path target_;
    std::filesystem::path part_;
    std::filesystem::path part_lock_;  // LMDB's; made here so that the destructor takes no memory
    bool published_ = false;
};

/// Throws a StorageError of the file's name, what was tried, and what the system said.
[[noreturn]] void throw_system_error(const std::filesystem::path& file, const std::string& doing,
                                     int error);

}  // namespace vitrine::core::archive
