#include "core/archive/part_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <vitrine/error.hpp>

#include "core/archive/format.hpp"
#include "core/lmdb/pages.hpp"

namespace vitrine::core::archive {
namespace {

/// Closed at the end of its scope.
class Descriptor {
  public:
    Descriptor(const std::filesystem::path& file, int flags)
        : number_(::open(file.c_str(), flags | O_CLOEXEC)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

bool begins_as_ours(int file, PartFile::Kind kind) {
    std::array<std::byte, 64> head{};
    const ssize_t got = ::pread(file, head.data(), head.size(), 0);
    if (got == 0) return true;
    // All zeros when its maker was killed, or the power failed, before its beginning was written.
    if (got > 0 &&
        std::all_of(head.begin(), head.end(), [](std::byte b) { return b == std::byte{}; }))
        return true;
    if (kind == PartFile::Kind::archive)
        return got >= 8 && lmdb::load<std::uint64_t>(head.data(), 0) == kMagic;
    // LMDB's first page.
    const auto magic = lmdb::load<std::uint32_t>(head.data(), lmdb::kPageHeaderBytes);
    return got >= 64 && magic == lmdb::kMetaMagic;
}

}  // namespace

void throw_system_error(const std::filesystem::path& file, const std::string& doing, int error) {
    throw StorageError(
        file.string() + ": " + doing + ": " +
        (error == ENOSPC ? "the disk is full" : std::generic_category().message(error)));
}

PartFile::PartFile(std::filesystem::path target, Kind kind)
    : target_(std::move(target)),
      part_(target_.string() + ".part"),
      part_lock_(part_.string() + "-lock") {
    std::error_code error;
    const auto status = std::filesystem::symlink_status(target_, error);
    if (status.type() != std::filesystem::file_type::not_found) {
        if (status.type() == std::filesystem::file_type::none)
            throw_system_error(target_, "writing a new file", error.value());
        throw StorageError(target_.string() + ": the file exists already");
    }
    take_over(kind);
}

PartFile::PartFile(Over, std::filesystem::path target, std::filesystem::path part)
    : target_(std::move(target)), part_(std::move(part)), part_lock_(part_.string() + "-lock") {
    take_over(Kind::store);
}

PartFile::~PartFile() {
    if (published_) return;
    std::error_code ignored;
    std::filesystem::remove(part_, ignored);
    std::filesystem::remove(part_lock_, ignored);
}

void PartFile::take_over(Kind kind) const {
    const Descriptor old(part_, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (old.number() < 0) {
        if (errno == ENOENT) return;
        throw_system_error(part_, "writing a new file", errno);
    }
    if (::flock(old.number(), LOCK_EX | LOCK_NB) != 0)
        throw StorageError(part_.string() + ": another process is writing this file");
    struct stat status {};
    if (::fstat(old.number(), &status) != 0 || !S_ISREG(status.st_mode) ||
        !begins_as_ours(old.number(), kind))
        throw StorageError(part_.string() + ": a file of this name is in the way");
    if (::unlink(part_.c_str()) != 0) throw_system_error(part_, "removing a left-over", errno);
}

void PartFile::sync() const {
    const Descriptor file(part_, O_RDONLY);
    if (file.number() < 0 || ::fsync(file.number()) != 0)
        throw_system_error(part_, "bringing it to the disk", errno);
    static_cast<void>(::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED));
}

void PartFile::publish() {
    constexpr const char* kDoing = "giving the finished file its name";
    std::error_code ignored;
    std::filesystem::remove(part_lock_, ignored);
    if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) != 0) {
        if (errno == EEXIST) throw StorageError(target_.string() + ": the file exists already");
        if (errno != EINVAL && errno != ENOSYS) throw_system_error(target_, kDoing, errno);
        // A file system that cannot: a second name is refused as well when there is one already.
        if (::link(part_.c_str(), target_.c_str()) != 0) throw_system_error(target_, kDoing, errno);
        ::unlink(part_.c_str());
    }
    published_ = true;
    sync_folder();
}

void PartFile::replace() {
    constexpr const char* kDoing = "replacing the file by its compact copy";
    struct stat old {};
    if (::stat(target_.c_str(), &old) != 0) throw_system_error(target_, kDoing, errno);
    {
        const Descriptor file(part_, O_RDONLY);
        if (file.number() < 0 || ::fchmod(file.number(), old.st_mode & 07777) != 0)
            throw_system_error(part_, "giving it the mode of the original", errno);
        struct stat now {};
        if (::fstat(file.number(), &now) != 0 ||
            ((now.st_uid != old.st_uid || now.st_gid != old.st_gid) &&
             ::fchown(file.number(), old.st_uid, old.st_gid) != 0))
            throw_system_error(part_, "giving it the owner of the original", errno);
        // chown may take set-id bits away
        if (::fchmod(file.number(), old.st_mode & 07777) != 0 || ::fsync(file.number()) != 0)
            throw_system_error(part_, "giving it the mode of the original", errno);
    }
    std::error_code ignored;
    std::filesystem::remove(part_lock_, ignored);
    if (::rename(part_.c_str(), target_.c_str()) != 0) throw_system_error(target_, kDoing, errno);
    published_ = true;
    sync_folder();
}

void PartFile::sync_folder() const {
    const Descriptor folder(std::filesystem::absolute(target_).parent_path(),
                            O_RDONLY | O_DIRECTORY);
    if (folder.number() < 0) return;  // one that may be written but not read
    if (::fsync(folder.number()) != 0 && errno != EINVAL)
        throw_system_error(target_, "bringing its name to the disk", errno);
}

}  // namespace vitrine::core::archive
