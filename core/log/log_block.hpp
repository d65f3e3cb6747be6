#pragma once

#include <optional>
#include <vector>

#include "core/commit_log.hpp"

namespace vitrine::core::log {

// A block as it lies in a log: [magic][log's number][place][words of content][checksum of the
// content][checksum of this head] content…, then zeros up to a whole number of sectors. Checksums are
// XXH3-64 (Yann Collet, xxHash 0.8). A sector is written once for each time around, so that a power
// failure amid a block cannot harm the block before it.

inline constexpr std::size_t kSectorBytes = 512;
inline constexpr Word kBlockMagic = 0x6b636f6c62676f6c;  // "logblock"

/// What the log knows of a block before it has read it.
struct BlockHead {
    std::uint64_t place = 0;
    std::size_t words = 0;  // of content
    Word content_sum = 0;
};

/// Bytes that a block of so many words, head and content, takes.
constexpr std::size_t padded_bytes(std::size_t words) {
    return (words * sizeof(Word) + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
}

/// Fills the head in and pads with zeros.
void seal_block(std::vector<Word>& block, std::uint64_t log, std::uint64_t place);

/// The head, if it is one of this log.
std::optional<BlockHead> read_head(Words head, std::uint64_t log);

/// Whether it is the content that the head belongs to.
bool fits(const BlockHead& head, Words content);

}  // namespace vitrine::core::log
