#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/storage.hpp"

namespace vitrine::core {

// An entry of the log of commits as bytes: [time: 8][length of the note][note][number of
// objects][their ids, each as the distance from the one before][checksum: 8]. Lengths, numbers and
// distances have 7 bits a byte, the lowest first (LEB128). The checksum is XXH3-64 over all before it,
// seeded with the version; numbers of 8 bytes are little-endian.

/// Replaces what is in `bytes`. Requires: `changed` ascends.
void encode_commit(const CommitRow& commit, std::vector<std::byte>& bytes);

/// Throws: CorruptionError naming the medium and the commit.
CommitRow decode_commit(Version version, std::span<const std::byte> bytes, const std::string& name);
/// The time alone. Throws: CorruptionError. Cost: O(size), without allocation.
Time decode_commit_time(Version version, std::span<const std::byte> bytes, const std::string& name);

}  // namespace vitrine::core
