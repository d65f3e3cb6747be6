#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/archive/format.hpp"

namespace vitrine::core::archive {

/// An archive whose header and end were read and checked. Threads: one at a time.
class ArchiveFile {
  public:
    /// Throws: StorageError (cannot be read; no archive), CorruptionError (damaged, cut short).
    explicit ArchiveFile(const std::filesystem::path& file);
    ArchiveFile(const ArchiveFile&) = delete;
    ArchiveFile& operator=(const ArchiveFile&) = delete;
    ~ArchiveFile();

    [[nodiscard]] const Header& header() const { return header_; }
    [[nodiscard]] const Trailer& trailer() const { return trailer_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  private:
    friend class EntryStream;
    /// Reads whole words. False when the file ends before.
    bool read(std::uint64_t offset, std::span<Word> words) const;
    [[noreturn]] void throw_damaged(std::uint64_t offset) const;

    std::string name_;
    int descriptor_ = -1;
    std::uint64_t bytes_ = 0;
    Word header_checksum_ = 0;
    Header header_;
    Trailer trailer_;
};

struct Entry {
    EntryKind kind;
    std::uint64_t number;  ///< the id, or a commit's version
    std::uint64_t first;   ///< row: version; end: born; run: count; mask: bits; commit: bytes;
                           ///< type: id
    std::uint64_t second;  ///< end: until
    Words words;           ///< row, commit, type; until the next one is asked for
};

/// One of an archive's two parts, frame by frame: nothing of a frame is handed out before it was
/// checked. Lifetime: the archive's.
class EntryStream {
  public:
    enum class Part { rows, rest };
    EntryStream(const ArchiveFile& archive, Part part);

    /// The next entry, or nothing at the part's end, where the chain was found as the trailer has it.
    /// Throws: CorruptionError naming the file and the byte at which the broken frame begins; at the
    /// end too, when there were not as many entries as the trailer says.
    const Entry* next();
    /// Where the current frame begins.
    [[nodiscard]] std::uint64_t offset() const { return frame_offset_; }
    /// The file has what its writer cannot have written: as next().
    [[noreturn]] void refuse() const { archive_.throw_damaged(frame_offset_); }

  private:
    bool next_frame();
    void count() noexcept;
    [[nodiscard]] bool counts_fit() const;
    Word take();
    Words take(std::uint64_t count);

    const ArchiveFile& archive_;
    const Part part_;
    Trailer met_{};         // the counts of it
    std::uint64_t offset_;  // of the next frame
    std::uint64_t end_;
    Word chain_;
    Word last_chain_;
    std::uint64_t frame_offset_ = 0;
    std::vector<Word> frame_;
    std::size_t at_ = 0;
    std::size_t frame_end_ = 0;
    Entry entry_{};
};

}  // namespace vitrine::core::archive
