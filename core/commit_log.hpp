#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/function_ref.hpp"
#include "core/ids.hpp"

namespace vitrine::core {

/// Where replay begins: a log, by its number (never 0), and a place in it.
struct LogMark {
    std::uint64_t log = 0;
    std::uint64_t start = 0;
    friend bool operator==(const LogMark&, const LogMark&) = default;
};

/// A commit log beside a storage: blocks of words, appended and synced one by one, which the storage
/// follows later. A port, as Storage is.
///
/// A place is the number of bytes appended before it, ever. The log is a ring: what was released may
/// be written over.
///
/// Invariants every implementation keeps (tests/core/log/log_contract.hpp checks them):
///  A1. A block is durable when append() returns, and with it all before.
///  A2. replay() hands out every durable block from a place that was an end(), in order; after them
///      at most one more, whole, of which append() said that it failed or never returned. Nothing
///      else, whatever the file holds.
///  A3. A durable block that is damaged and has durable blocks behind it is a CorruptionError. (The last
///      one cannot be told from one that was being written when the power failed.)
/// Threads: append() by one at a time; release() by another beside it; the rest by any.
class CommitLog {
  public:
    /// The first words of a block are the log's own.
    static constexpr std::size_t kHeadWords = 6;

    CommitLog() = default;
    CommitLog(const CommitLog&) = delete;
    CommitLog& operator=(const CommitLog&) = delete;
    virtual ~CommitLog() = default;

    [[nodiscard]] virtual std::uint64_t number() const = 0;
    /// Bytes that fit at one time.
    [[nodiscard]] virtual std::size_t capacity() const = 0;
    /// The place behind the last block.
    [[nodiscard]] virtual std::uint64_t end() const = 0;
    [[nodiscard]] virtual bool has_room(std::size_t words) const = 0;

    /// Durable when it returns. Requires: has_room(block.size()). Throws: StorageError; then the
    /// block is not in the log, or failed(). Cost: one write and one sync of its bytes.
    virtual void append(std::vector<Word>& block) = 0;
    /// What is before `start` is no longer wanted. Requires: the storage's mark says so, durably.
    virtual void release(std::uint64_t start) noexcept = 0;

    /// Hands out blocks from `start` on, each with the place behind it. For a log that was opened, not
    /// made: nothing is appended to it. Throws: CorruptionError, StorageError.
    virtual void replay(std::uint64_t start,
                        FunctionRef<void(Words content, std::uint64_t end)> sink) = 0;

    /// True once a sync failed: what is on the disk is in doubt, and no more is appended.
    [[nodiscard]] virtual bool failed() const = 0;
    [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace vitrine::core
