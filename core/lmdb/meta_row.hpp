#pragma once

#include <lmdb.h>

#include <array>
#include <string>

#include "core/storage.hpp"

namespace vitrine::core::lmdb {

/// The format that this library writes. A file of another one is refused.
inline constexpr std::uint64_t kFormatVersion = 5;

/// "vitrine" as the first word of the store's row.
inline constexpr Word kMagic = 0x00656e6972746976;

/// The one row of the table `meta`: [magic][format][newest][time][next object id][kind of
/// retention][its amount][oldest version retained][identity: 2][number of the commit log, 0: there is
/// none][where it begins][where a checkpoint in steps goes to, 0: none is under way][below which object
/// it is done][LMDB's number of the transaction][the sum of all sums, see row_sums.hpp]
/// [checksum].
/// Other formats keep the first two words, and the checksum of all before it as the last one.
using MetaRow = std::array<Word, 17>;

/// What binds the row to the file's other pages.
struct Bond {
    std::uint64_t transaction = 0;
    Word sums = 0;
};

inline constexpr char kMetaKey[] = "vitrine";
inline MDB_val meta_key() { return {sizeof kMetaKey - 1, const_cast<char*>(kMetaKey)}; }

MetaRow encode_meta(const StorageState& state, const Bond& bond);

/// Throws: CorruptionError when the row is damaged, StorageError when it is of another format.
StorageState decode_meta(const MDB_val& row, const std::string& file, Bond* bond = nullptr);

}  // namespace vitrine::core::lmdb
