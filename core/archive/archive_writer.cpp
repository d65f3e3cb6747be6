#include "core/archive/archive_writer.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/archive/part_file.hpp"
#include "core/commit_row.hpp"

namespace vitrine::core::archive {
namespace {

constexpr const char* kWriting = "writing the archive";

}  // namespace

ArchiveWriter::ArchiveWriter(const std::filesystem::path& file, const Header& header)
    : file_(file), frame_{0} {
    descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw_system_error(file, kWriting, errno);
    try {
        ::flock(descriptor_, LOCK_EX | LOCK_NB);  // for PartFile: somebody is at work here
        std::vector<Word> words;
        encode_header(header, words);
        chain_ = header_checksum_ = words.back();
        write(words);
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
}

ArchiveWriter::~ArchiveWriter() { ::close(descriptor_); }

void ArchiveWriter::write(Words words) {
    const auto* bytes = reinterpret_cast<const char*>(words.data());
    for (std::size_t left = words.size_bytes(); left != 0;) {
        const ssize_t written = ::write(descriptor_, bytes, left);
        if (written < 0) {
            if (errno == EINTR) continue;
            throw_system_error(file_, kWriting, errno);
        }
        bytes += written;
        left -= static_cast<std::size_t>(written);
    }
    bytes_ += words.size_bytes();
}

void ArchiveWriter::flush() {
    if (frame_.size() == 1) return;
    frame_.front() = frame_.size() - 1;
    chain_ = next_chain(frame_, chain_);
    frame_.push_back(chain_);
    write(frame_);
    frame_.assign(1, 0);
    if (frame_.capacity() > 4 * kFrameWords) frame_.shrink_to_fit();  // it held a huge row
}

void ArchiveWriter::begin_entry() {
    if (full()) flush();
}

void ArchiveWriter::row(RowKey key, Words words) {
    begin_entry();
    frame_.insert(frame_.end(),
                  {entry_head(EntryKind::row, key.id.value), key.version.value(), words.size()});
    frame_.insert(frame_.end(), words.begin(), words.end());
    ++trailer_.rows;
    trailer_.row_words += words.size();
}

void ArchiveWriter::end(RowKey key, Version until) {
    begin_entry();
    frame_.insert(frame_.end(),
                  {entry_head(EntryKind::end, key.id.value), key.version.value(), until.value()});
}

void ArchiveWriter::begin_second_part() {
    flush();
    trailer_.second_part = bytes_;
    trailer_.second_chain = chain_;
}

void ArchiveWriter::survivors(const std::vector<Word>& entries, std::uint64_t count) {
    trailer_.survivors = count;
    for (std::size_t at = 0; at + 1 < entries.size(); at += 2) {
        begin_entry();
        frame_.insert(frame_.end(), {entries[at], entries[at + 1]});
    }
}

void ArchiveWriter::commit(const CommitRow& commit) {
    begin_entry();
    encode_commit(commit, encoded_);
    const std::size_t words = (encoded_.size() + sizeof(Word) - 1) / sizeof(Word);
    frame_.insert(frame_.end(),
                  {entry_head(EntryKind::commit, commit.version.value()), encoded_.size()});
    const std::size_t at = frame_.size();
    frame_.resize(at + words);
    std::memcpy(frame_.data() + at, encoded_.data(), encoded_.size());
    ++trailer_.commits;
}

void ArchiveWriter::type(const StoredType& type) {
    begin_entry();
    frame_.insert(frame_.end(), {entry_head(EntryKind::type, 0), type.id, type.node.size()});
    frame_.insert(frame_.end(), type.node.begin(), type.node.end());
    ++trailer_.types;
}

void ArchiveWriter::finish(const History& history, std::uint64_t next_object_id) {
    flush();
    trailer_.history = history;
    trailer_.next_object_id = next_object_id;
    trailer_.last_chain = chain_;
    std::vector<Word> words;
    encode_trailer(trailer_, header_checksum_, words);
    write(words);
}

}  // namespace vitrine::core::archive
