#pragma once

#include <filesystem>
#include <vector>

#include "core/archive/format.hpp"

namespace vitrine::core::archive {

/// Writes an archive from front to back. It is not synced.
/// Throws: StorageError with what the system said.
class ArchiveWriter {
  public:
    ArchiveWriter(const std::filesystem::path& file, const Header& header);
    ArchiveWriter(const ArchiveWriter&) = delete;
    ArchiveWriter& operator=(const ArchiveWriter&) = delete;
    ~ArchiveWriter();

    void row(RowKey key, Words words);
    void end(RowKey key, Version until);
    /// What comes after the rows begins: survivors, commits, types, in this order.
    void begin_second_part();
    void survivors(const std::vector<Word>& entries, std::uint64_t count);
    void commit(const CommitRow& commit);
    void type(const StoredType& type);
    /// `history` and the next id go into the trailer; the rest of it is counted here.
    void finish(const History& history, std::uint64_t next_object_id);

    [[nodiscard]] const Trailer& counts() const { return trailer_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// Entries may be added at any time, but are better not while something else is held.
    [[nodiscard]] bool full() const { return frame_.size() >= kFrameWords; }
    void flush();

  private:
    static constexpr std::size_t kFrameWords = std::size_t{128} << 10;

    void begin_entry();
    void write(Words words);

    const std::filesystem::path file_;
    int descriptor_ = -1;
    std::vector<Word> frame_;  // the first word: how many follow
    Word chain_ = 0;
    Word header_checksum_ = 0;
    Trailer trailer_;
    std::uint64_t bytes_ = 0;
    std::vector<std::byte> encoded_;
};

}  // namespace vitrine::core::archive
