#pragma once

#include <shared_mutex>
#include <unordered_map>

#include "core/lmdb/row_sums.hpp"

namespace vitrine::core::lmdb {

/// Checks that the rows that a transaction shows are those that were written, all and no others, by
/// their groups' sums. What was found right once stays so: whoever writes to the file after that is
/// this process.
/// Threads: any.
class SumCheck {
  public:
    explicit SumCheck(const Environment& environment) : environment_(environment) {}

    /// Throws: CorruptionError unless the rows of all groups from that of the number `first` to that
    /// of `last` are right, and in order. Cost: a step for each row of the groups; nothing but a
    /// look-up for a single group that was found right before.
    void require(MDB_txn* txn, Summed table, std::uint64_t first, std::uint64_t last);
    void require(MDB_txn* txn, Summed table, std::uint64_t number) {
        require(txn, table, number, number);
    }
    /// Throws: CorruptionError unless the sums are those that the store's row sums up.
    /// Cost: a word for each group.
    void require_total(MDB_txn* txn, Word total) const;

  private:
    [[nodiscard]] bool known(Summed table, std::uint64_t group) const;
    void note(Summed table, std::uint64_t group);
    [[noreturn]] void fail(Summed table, std::uint64_t group) const;

    const Environment& environment_;
    mutable std::shared_mutex mutex_;
    std::unordered_map<std::uint64_t, Word> known_;  // a bit for each group of a block
};

}  // namespace vitrine::core::lmdb
