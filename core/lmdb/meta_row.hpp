#pragma once

#include <lmdb.h>

#include <array>
#include <string>

#include "core/storage.hpp"

namespace vitrine::core::lmdb {

/// The format that this library writes. A file of another one is refused.
inline constexpr std::uint64_t kFormatVersion = 2;

/// "vitrine" as the first word of the store's row.
inline constexpr Word kMagic = 0x00656e6972746976;

/// The one row of the table `meta`: [magic][format][newest][time][next object id][kind of
/// retention][its amount][oldest version retained][identity: 2][checksum].
/// Other formats keep the first two words, and the checksum of all before it as the last one.
using MetaRow = std::array<Word, 11>;

inline constexpr char kMetaKey[] = "vitrine";
inline MDB_val meta_key() { return {sizeof kMetaKey - 1, const_cast<char*>(kMetaKey)}; }

MetaRow encode_meta(const StorageState& state);

/// Throws: CorruptionError when the row is damaged, StorageError when it is of another format.
StorageState decode_meta(const MDB_val& row, const std::string& file);

}  // namespace vitrine::core::lmdb
