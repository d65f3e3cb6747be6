#include "core/archive/archive_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <vector>

#include <vitrine/error.hpp>

#include "core/archive/part_file.hpp"
#include "core/lmdb/pages.hpp"

namespace vitrine::core::archive {
namespace {

constexpr const char* kReading = "reading the archive";
constexpr std::uint64_t kHeaderBytes = kHeaderWords * sizeof(Word);
constexpr std::uint64_t kTrailerBytes = kTrailerWords * sizeof(Word);

}  // namespace

ArchiveFile::ArchiveFile(const std::filesystem::path& file) : name_(file.string()) {
    descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0) throw_system_error(file, kReading, errno);
    try {
        struct stat status {};
        if (::fstat(descriptor_, &status) != 0) throw_system_error(file, kReading, errno);
        if (!S_ISREG(status.st_mode)) throw StorageError(name_ + ": not a regular file");
        bytes_ = static_cast<std::uint64_t>(status.st_size);
        std::vector<Word> words(std::min<std::uint64_t>(bytes_ / sizeof(Word), kHeaderWords));
        if (!read(0, words)) words.clear();
        header_ = decode_header(words, name_);
        header_checksum_ = words.back();
        words.assign(kTrailerWords, 0);
        if (bytes_ < kHeaderBytes + kTrailerBytes || bytes_ % sizeof(Word) != 0 ||
            !read(bytes_ - kTrailerBytes, words))
            words.clear();
        trailer_ = decode_trailer(words, header_checksum_, name_);
        if (trailer_.second_part < kHeaderBytes || trailer_.second_part > bytes_ - kTrailerBytes)
            throw_damaged(bytes_ - kTrailerBytes);
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
}

ArchiveFile::~ArchiveFile() { ::close(descriptor_); }

bool ArchiveFile::read(std::uint64_t offset, std::span<Word> words) const {
    if (lmdb::read_fully(descriptor_, words.data(), words.size_bytes(), offset)) return true;
    if (errno != 0) throw_system_error(name_, kReading, errno);
    return false;
}

void ArchiveFile::throw_damaged(std::uint64_t offset) const {
    throw CorruptionError(name_ + ": the archive is damaged behind byte " + std::to_string(offset));
}

EntryStream::EntryStream(const ArchiveFile& archive, Part part)
    : archive_(archive),
      part_(part),
      offset_(part == Part::rows ? kHeaderBytes : archive.trailer_.second_part),
      end_(part == Part::rows ? archive.trailer_.second_part : archive.bytes_ - kTrailerBytes),
      chain_(part == Part::rows ? archive.header_checksum_ : archive.trailer_.second_chain),
      last_chain_(part == Part::rows ? archive.trailer_.second_chain
                                     : archive.trailer_.last_chain) {}

bool EntryStream::next_frame() {
    constexpr std::uint64_t kAround = 2;  // the number of words, and the chain
    frame_offset_ = offset_;
    if (offset_ == end_) {
        if (chain_ != last_chain_ || !counts_fit()) refuse();
        return false;
    }
    const std::uint64_t room = (end_ - offset_) / sizeof(Word);
    std::array<Word, 1> count{};
    if (room <= kAround || !archive_.read(offset_, count) || count[0] == 0 ||
        count[0] > room - kAround)
        refuse();
    frame_.resize(count[0] + kAround);
    if (!archive_.read(offset_, frame_)) refuse();
    const Words covered = Words(frame_).first(frame_.size() - 1);
    chain_ = next_chain(covered, chain_);
    if (frame_.front() != count[0] || frame_.back() != chain_) refuse();
    at_ = 1;
    frame_end_ = frame_.size() - 1;
    offset_ += frame_.size() * sizeof(Word);
    return true;
}

void EntryStream::count() noexcept {
    switch (entry_.kind) {
        case EntryKind::row:
            ++met_.rows;
            met_.row_words += entry_.words.size();
            break;
        case EntryKind::run: met_.survivors += entry_.first; break;
        case EntryKind::mask: met_.survivors += std::popcount(entry_.first); break;
        case EntryKind::commit: ++met_.commits; break;
        case EntryKind::type: ++met_.types; break;
        case EntryKind::end: break;
    }
}

bool EntryStream::counts_fit() const {
    const Trailer& told = archive_.trailer();
    if (part_ == Part::rows) return met_.rows == told.rows && met_.row_words == told.row_words;
    return met_.survivors == told.survivors && met_.commits == told.commits &&
           met_.types == told.types;
}

Word EntryStream::take() { return take(1).front(); }

Words EntryStream::take(std::uint64_t count) {
    if (count > frame_end_ - at_) refuse();
    const Words words = Words(frame_).subspan(at_, count);
    at_ += count;
    return words;
}

const Entry* EntryStream::next() {
    if (at_ == frame_end_ && !next_frame()) return nullptr;
    constexpr Word kNumberMask = (Word{1} << kNumberBits) - 1;
    const Word head = take();
    entry_ = {static_cast<EntryKind>(head >> kNumberBits), head & kNumberMask, take(), 0, {}};
    switch (entry_.kind) {
        case EntryKind::row:
        case EntryKind::type: entry_.words = take(take()); break;
        case EntryKind::end: entry_.second = take(); break;
        case EntryKind::commit: {
            if (entry_.first > (frame_end_ - at_) * sizeof(Word)) refuse();
            entry_.words = take((entry_.first + sizeof(Word) - 1) / sizeof(Word));
            break;
        }
        case EntryKind::run:
        case EntryKind::mask: break;
        default: refuse();
    }
    count();
    return &entry_;
}

}  // namespace vitrine::core::archive
