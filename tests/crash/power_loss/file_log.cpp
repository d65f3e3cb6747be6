#include "tests/crash/power_loss/file_log.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::crash {
namespace {

using interpose::Call;
using interpose::Operation;

thread_local std::uint64_t write_under_way = 0;

std::pair<dev_t, ino_t> inode_of(int descriptor) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return {};
    return {status.st_dev, status.st_ino};
}

}  // namespace

FileLog::FileLog(std::filesystem::path folder) : folder_(std::move(folder)) {
    struct stat status {};
    ::stat(folder_.c_str(), &status);
    folder_inode_ = {status.st_dev, status.st_ino};
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        const std::string name = name_of(entry.path().c_str());
        if (name.empty()) continue;
        ::stat(entry.path().c_str(), &status);
        files_[{status.st_dev, status.st_ino}] = next_file_;
        first_names_[name] = next_file_++;
        contents_.push_back(core::testing::read_bytes(entry.path()));
    }
    names_ = first_names_;
    interpose::watch_files(this);
}

void FileLog::stop() { interpose::watch_files(nullptr); }

std::uint64_t FileLog::add(Record record) {
    records_.push_back(std::move(record));
    return records_.size() - 1;
}

void FileLog::note(std::uint64_t what) {
    const std::lock_guard lock(mutex_);
    add({.kind = Record::note, .of = what});
}

std::string FileLog::name_of(const char* path) const {
    const std::filesystem::path place(path);
    const std::string name = place.filename().string();
    return place.parent_path() != folder_ || name.ends_with("-lock") ? std::string() : name;
}

const std::uint32_t* FileLog::file_of(int descriptor) const {
    const auto found = files_.find(inode_of(descriptor));
    return found == files_.end() ? nullptr : &found->second;
}

interpose::Verdict FileLog::before(const Operation& operation) {
    if (operation.call != Call::write) return {};
    const std::lock_guard lock(mutex_);
    const std::uint32_t* const file = file_of(operation.descriptor);
    if (file == nullptr) return {};
    const off_t offset =
        operation.offset >= 0 ? operation.offset : ::lseek(operation.descriptor, 0, SEEK_CUR);
    write_under_way = add({.kind = Record::write,
                           .file = *file,
                           .offset = static_cast<std::uint64_t>(offset),
                           .data{reinterpret_cast<const char*>(operation.data), operation.bytes}});
    return {};
}

void FileLog::after(const Operation& operation, long result) {
    if (result < 0) return;
    const std::lock_guard lock(mutex_);
    const std::string name = operation.path != nullptr ? name_of(operation.path) : std::string();
    switch (operation.call) {
        case Call::open:
            if (!name.empty()) opened(name, static_cast<int>(result), operation.flags);
            return;
        case Call::rename:
            if (!name.empty()) renamed(name, name_of(operation.target));
            return;
        case Call::unlink:
            if (!names_.contains(name)) return;
            forget(name);
            add({.kind = Record::unlink, .name = name});
            return;
        case Call::sync:
            if (inode_of(operation.descriptor) == folder_inode_) add({.kind = Record::sync_folder});
            break;
        default: break;
    }
    const std::uint32_t* const file = file_of(operation.descriptor);
    if (file == nullptr) return;
    if (operation.call == Call::write) {
        if ((::fcntl(operation.descriptor, F_GETFL) & O_DSYNC) != 0)
            add({.kind = Record::wrote, .file = *file, .of = write_under_way});
    } else if (operation.call == Call::sync) {
        add({.kind = Record::sync, .file = *file});
    } else if (operation.call == Call::truncate) {
        add({.kind = Record::resize,
             .file = *file,
             .size = operation.bytes,
             .grows_only = operation.grows_only});
    } else if (operation.call == Call::map) {
        if (operation.shared && (operation.flags & PROT_WRITE) != 0) mapped_for_writing_ = true;
    }
}

void FileLog::opened(const std::string& name, int descriptor, int flags) {
    if ((flags & O_CREAT) != 0 && !names_.contains(name)) {
        names_[name] = files_[inode_of(descriptor)] = next_file_;
        add({.kind = Record::create, .file = next_file_++, .name = name});
    } else if ((flags & O_TRUNC) != 0) {
        add({.kind = Record::resize, .file = names_.at(name)});
    }
}

void FileLog::renamed(const std::string& from, const std::string& to) {
    if (!names_.contains(from)) return;
    const std::uint32_t file = names_.at(from);
    names_.erase(from);
    forget(to);
    names_[to] = file;
    add({.kind = Record::rename, .name = from, .target = to});
}

/// The inode's number may be another file's soon.
void FileLog::forget(const std::string& name) {
    const auto found = names_.find(name);
    if (found == names_.end()) return;
    std::erase_if(files_, [&](const auto& entry) { return entry.second == found->second; });
    names_.erase(found);
}

}  // namespace vitrine::crash
