#pragma once

#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "core/lmdb/row_sums.hpp"

namespace vitrine::core::lmdb {

/// Checks that the rows that a transaction shows are those that were written, all and no others, by
/// their groups' sums, and that a search among them meets what the walk over them met. What was found
/// right once stays so: whoever writes to the file after that is this process.
///
/// The sums speak of a walk: from the place where a search for a group's first key ends, row by row,
/// to the first row behind the group. But who looks for one key searches, and a broken branch page
/// can send a search to a page that the walk does not pass, say one of old that is free now, where a
/// row may be absent, or an older one be found between good neighbours. It cannot when a search for the
/// key behind the group ends where the walk did: a search takes one child of each branch by bisection,
/// in which a greater key never comes out further left, whatever the separators are. So all
/// searches for keys of the group end between those two places, where everything was walked over, and
/// rises; and there only one place has neighbours below and above the key.
/// Threads: any.
class SumCheck {
  public:
    explicit SumCheck(const Environment& environment) : environment_(environment) {}

    /// Throws: CorruptionError unless the rows of all groups from that of the number `first` to that
    /// of `last` are right, in order, and to be found. Cost: two searches, and a step for each row of
    /// the groups; nothing but look-ups for what was found right before.
    void require(MDB_txn* txn, Summed table, std::uint64_t first, std::uint64_t last);
    void require(MDB_txn* txn, Summed table, std::uint64_t number) {
        require(txn, table, number, number);
    }
    /// Throws: CorruptionError unless the sums are those that the store's row sums up.
    /// Cost: a word for each group.
    void require_total(MDB_txn* txn, Word total) const;

  private:
    [[nodiscard]] bool known(Summed table, std::uint64_t group) const;
    void note(Summed table, const std::vector<std::uint64_t>& groups);
    [[noreturn]] void fail(Summed table, std::uint64_t group) const;

    const Environment& environment_;
    mutable std::shared_mutex mutex_;
    std::unordered_map<std::uint64_t, Word> known_;  // a bit for each group of a block
};

}  // namespace vitrine::core::lmdb
