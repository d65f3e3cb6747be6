#pragma once

#include <string>
#include <vector>

#include "core/commit_log.hpp"
#include "core/storage.hpp"

namespace vitrine::core::log {

// The content of a block: what a batch of commits did, as it has to be done again.
//
// [first free object id], then for each commit: [version][number of changes][bytes of its row in the
// log of commits][that row, see commit_row.hpp, padded to words], for each change: [object id]
// [kind << 56 | words that follow][the row, as in the storage; or the row's two words of head, the
// payload's size in words, and how it comes out of the version before (delta.hpp)].

/// What a commit did to one object. A row of a header alone is a tombstone.
struct LoggedChange {
    ObjectId id;
    Words row{};    ///< borrowed; its head alone when there is a delta; empty: the object was
                    ///< dropped without a tombstone
    Words delta{};  ///< borrowed
    std::size_t payload_words = 0;  ///< with a delta
};

struct LoggedCommit {
    CommitRow row;
    std::vector<LoggedChange> changes;
};

/// Puts a block together.
class EntryWriter {
  public:
    explicit EntryWriter(std::vector<Word>& block) : block_(block) {}

    void begin(std::uint64_t next_object_id);
    void add_commit(const CommitRow& row, std::size_t changes);
    void add_change(ObjectId id, Words row);
    /// The row's payload as a delta to the version before.
    void add_delta(ObjectId id, Words row, Words delta);

  private:
    std::vector<Word>& block_;
    std::vector<std::byte> bytes_;
};

/// Hands out the commits of a block's content, in order. Whole rows are checked (record.hpp), so that
/// they may be used; who makes one out of a delta has to do it. Returns the first free object id. Throws: CorruptionError naming the log.
std::uint64_t read_entry(Words content, const std::string& log,
                         FunctionRef<void(const LoggedCommit&)> sink);

}  // namespace vitrine::core::log
