#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/storage.hpp"

namespace vitrine::core::archive {

// An archive: what a store consists of, or what changed in it since another archive, in one file that
// is written and read from front to back. All of it is 8-byte words, little-endian:
//
//   header    [magic][format][kind: 0 full, 1 increment][identity: 2][since][its time, 0: unknown]
//             [to][its time][checksum]
//   frames    [number of words][entries…][chain]  rows, in the order of (id, newest version first)
//   frames    the same: survivors, in the order of ids; entries of the log; types
//   trailer   [rows][words of rows][survivors][entries of the log][types][oldest version]
//             [retention: 2][next object id][where the second part begins, in bytes]
//             [chain there][chain at the end][checksum]
//
// The chain is XXH3-64 over a frame's number of words and its entries, seeded with the chain before it
// (the first with the header's checksum): no frame can be changed, swapped, left out or taken from
// another archive. The checksums are XXH3-64, the trailer's seeded with the header's. So every bit of
// the file counts.
//
// Entries do not cross frames. Their first word is [kind: 8 bits][number: 56 bits]:
//   row       id       [version][n][n words: the row as it is stored]
//   end       id       [born][until]: where a row ended that no newer one follows; stands before the
//                      row, or without it when the row is in an older archive
//   run       id       [count]: ids id, id + 1, … of which rows from before `since` are still there
//   mask      id       [64 bits]: the same for id + the numbers of the bits set
//   commit    version  [bytes][the entry of the log, see commit_row.hpp, filled up to whole words]
//   type      0        [type id][n][n words: its schema node]
//
// An increment holds the rows that are newer than `since`. Of older rows it says by omission that
// they are gone: dropped parts of trees leave nothing else behind that could be listed.

inline constexpr Word kMagic = 0x31'62'6b'72'74'69'76'7f;  // 0x7f "vitrkb1"
inline constexpr Word kFormat = 1;

enum class EntryKind : std::uint8_t { row = 1, end, run, mask, commit, type };

inline constexpr unsigned kNumberBits = 56;
constexpr Word entry_head(EntryKind kind, std::uint64_t number) {
    return static_cast<Word>(kind) << kNumberBits | number;
}

struct Header {
    Identity identity;
    std::optional<Version> since{};  ///< empty: a full archive
    std::optional<Time> since_time{};
    Version to;
    Time to_time;
};
inline constexpr std::size_t kHeaderWords = 10;

struct Trailer {
    std::uint64_t rows = 0;
    std::uint64_t row_words = 0;
    std::uint64_t survivors = 0;
    std::uint64_t commits = 0;
    std::uint64_t types = 0;
    History history{};
    std::uint64_t next_object_id = 1;
    std::uint64_t second_part = 0;
    std::uint64_t second_chain = 0;
    std::uint64_t last_chain = 0;
};
inline constexpr std::size_t kTrailerWords = 13;

/// Replace what is in `words`; the last one of each is its checksum.
void encode_header(const Header& header, std::vector<Word>& words);
void encode_trailer(const Trailer& trailer, Word header_checksum, std::vector<Word>& words);

/// Throws: StorageError (no archive; another format), CorruptionError; both name the file.
Header decode_header(Words words, const std::string& file);
Trailer decode_trailer(Words words, Word header_checksum, const std::string& file);

/// The chain after a frame of these words, its number of words included.
Word next_chain(Words frame, Word chain);

}  // namespace vitrine::core::archive
