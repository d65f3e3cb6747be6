#pragma once

#include <vector>

#include "core/archive/row_sum.hpp"
#include "core/archive/state_scan.hpp"
#include "core/storage.hpp"

namespace vitrine::core::archive {

/// Fills an empty storage with the rows of a span, in bounded batches; superseded rows get their
/// place in the kept table, so that they are freed like those of any store.
/// Throws: StorageError. Not to be used after one.
class StoreWriter {
  public:
    /// `state`: what the new store is to say of itself; its identity is the target's own.
    StoreWriter(Storage& target, const StorageState& state) : target_(target), state_(state) {}

    /// Rows come in the order of (id, newest version first), and are copied.
    void add(const StateRow& row);
    void add(CommitRow commit);
    /// Whether what was added should be written before more is. Nothing is written by add(), so that
    /// it may be called inside a read of another storage.
    [[nodiscard]] bool full() const { return words_.size() >= kBatchWords || notes_ >= kNotes; }
    void flush();
    /// Writes the rest, and takes away what the history turned out not to reach.
    void finish(const StorageState& state, std::vector<StoredType> types);

    /// What the storage must hold now.
    [[nodiscard]] const RowSum& rows() const { return sum_; }
    [[nodiscard]] std::uint64_t commits() const { return commits_; }

  private:
    struct Pending {
        RowKey key;
        std::size_t begin;
        std::size_t end;
    };
    static constexpr std::size_t kBatchWords = std::size_t{1} << 20;
    static constexpr std::size_t kNotes = std::size_t{4} << 20;  // bytes of entries of the log

    [[nodiscard]] Batch batch() const;
    void write_pending(std::vector<StoredType> types);
    void drop_rows_before(Version oldest);
    void forget_commits_before(Version oldest);

    Storage& target_;
    StorageState state_;
    std::vector<Word> words_;  // the pending rows, one after the other
    std::vector<Pending> rows_;
    std::vector<KeptRow> kept_;
    std::vector<CommitRow> log_;
    std::size_t notes_ = 0;
    RowSum sum_;
    std::uint64_t commits_ = 0;
};

/// The log's entries from the start, that of version 0 (when history began) included, or after one.
std::vector<CommitRow> entries_after(Storage& storage, std::optional<Version> after,
                                     std::size_t limit);

/// Reads everything and compares it with what was meant to be written.
/// Throws: CorruptionError naming the storage.
void verify_written(Storage& storage, const RowSum& rows, std::uint64_t commits);

}  // namespace vitrine::core::archive
