#pragma once

#include <lmdb.h>

#include <array>
#include <map>

#include "core/lmdb/environment.hpp"

namespace vitrine::core::lmdb {

// What a page of LMDB's does not say of itself: whether it is the newest one of its place. A page
// that a lost write left as it was, or that came from an older copy of the file, has rows that are
// all intact. So the file says which rows there are: the table `sums` has, for each group of
// neighbouring rows of each table, the sum of their fingerprints. One page cannot be older than the
// others without the sums of its groups being wrong.
//
// The sums themselves are summed up in the store's row (meta_row.hpp), which is bound to LMDB's own
// number of the transaction. So row by row, up to LMDB's two meta pages, everything is of one state.
//
// A row of `sums` has the key [table][block][0][0] and the sums of kBlockGroups groups of kGroupIds numbers
// each: of object ids, of witnesses, of versions in the log. The types are one group.

/// Tables, as the keys of `sums` name them.
enum class Summed : std::uint64_t { objects = 1, kept, types, commits };

inline constexpr std::uint64_t kGroupIds = 32;
inline constexpr std::uint64_t kBlockGroups = 64;
using SumBlock = std::array<Word, kBlockGroups>;

/// The group of a row, by its key as it lies in the file.
std::uint64_t group_of(Summed table, const MDB_val& key);

/// What a row adds to its group's sum: objects and commits have sums in their values, of the others
/// the value counts too. Source: XXH3-64 (Yann Collet, xxHash 0.8).
Word fingerprint(Summed table, const MDB_val& key, const MDB_val& value);

/// A group's part in the sum of all sums; an empty one has none.
Word group_print(Summed table, std::uint64_t group, Word sum);

/// The changes to sums in one write transaction.
class SumEdits {
  public:
    void add(Summed table, const MDB_val& key, const MDB_val& value) {
        at(table, group_of(table, key)) += fingerprint(table, key, value);
    }
    void remove(Summed table, const MDB_val& key, const MDB_val& value) {
        at(table, group_of(table, key)) -= fingerprint(table, key, value);
    }
    /// Writes them, and adds to `total` what the sum of all sums changes by.
    int store(MDB_txn* txn, MDB_dbi sums, Word& total);

  private:
    struct Place {
        Summed table;
        std::uint64_t block;
        friend constexpr auto operator<=>(Place, Place) = default;
    };
    Word& at(Summed table, std::uint64_t group);

    std::map<Place, SumBlock> changes_;
    std::map<Place, SumBlock>::iterator last_ = changes_.end();  // rows come in order, mostly
};

}  // namespace vitrine::core::lmdb
