#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/interpose/files.hpp"

/// What a process did to the files of a folder, in order: enough to say what a disk may hold at any
/// moment of it.
namespace vitrine::crash {

struct Record {
    enum Kind {
        write,        ///< issued: data at offset of a file
        wrote,        ///< ... and record `of` is on the disk (a descriptor with O_DSYNC)
        resize,       ///< to `size`
        sync,         ///< ended: what was issued before for this file is on the disk
        create,       ///< of a name, for a file
        rename,       ///< name to target
        unlink,       ///< of a name
        sync_folder,  ///< names before are on the disk
        note          ///< what the program says here, in `of`
    };
    Kind kind = note;
    std::uint32_t file = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t of = 0;
    bool grows_only = false;
    std::string data{};
    std::string name{};
    std::string target{};
};

/// LMDB's lock files are left out: they mean nothing after a power loss.
class FileLog final : public interpose::FileWatch {
  public:
    /// What is in the folder is taken to be on the disk.
    explicit FileLog(std::filesystem::path folder);
    FileLog(const FileLog&) = delete;
    FileLog& operator=(const FileLog&) = delete;
    ~FileLog() override { stop(); }
    /// No more is recorded.
    void stop();

    void note(std::uint64_t what);

    interpose::Verdict before(const interpose::Operation& operation) override;
    void after(const interpose::Operation& operation, long result) override;

    // Once it has stopped:
    [[nodiscard]] const std::vector<Record>& records() const { return records_; }
    [[nodiscard]] const std::map<std::string, std::uint32_t>& first_names() const {
        return first_names_;
    }
    [[nodiscard]] const std::vector<std::string>& first_contents() const { return contents_; }
    /// Writes through a mapping, which nobody can log.
    [[nodiscard]] bool mapped_for_writing() const { return mapped_for_writing_; }

  private:
    using Inode = std::pair<dev_t, ino_t>;

    /// Null: none of ours.
    const std::uint32_t* file_of(int descriptor) const;
    [[nodiscard]] std::string name_of(const char* path) const;  ///< empty: none of ours
    void opened(const std::string& name, int descriptor, int flags);
    void renamed(const std::string& from, const std::string& to);
    void forget(const std::string& name);
    std::uint64_t add(Record record);

    std::filesystem::path folder_;
    Inode folder_inode_{};
    std::mutex mutex_;
    std::vector<Record> records_;
    std::map<std::string, std::uint32_t> first_names_;
    std::vector<std::string> contents_;
    std::map<std::string, std::uint32_t> names_;
    std::map<Inode, std::uint32_t> files_;
    std::uint32_t next_file_ = 0;
    bool mapped_for_writing_ = false;
};

}  // namespace vitrine::crash
