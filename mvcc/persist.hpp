#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/storage.hpp"
#include "mvcc/commit_context.hpp"

namespace vitrine::mvcc {

/// A sequenced commit on its way to the disk.
struct Commit {
    Version number;
    core::Time time;
    std::vector<Change> changes;
    std::size_t bytes = 0;
    // For the log, where the retention keeps one.
    std::string note{};
    std::vector<ObjectId> touched{};

    // Where the commit is, for the thread that waits for it (GroupCommit).
    enum State : std::uint32_t { queued, leading, done };
    std::atomic<std::uint32_t> state{queued};
    std::exception_ptr failure{};  // written before state becomes done
};

struct PersistCounters {
    std::uint64_t objects_written = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t syncs = 0;
};

/// The stage of the pipeline that makes commits durable. One thread at a time.
class PersistStage {
  public:
    PersistStage() = default;
    PersistStage(const PersistStage&) = delete;
    PersistStage& operator=(const PersistStage&) = delete;
    virtual ~PersistStage() = default;

    /// Makes the commits durable, in order, all or none. Throws: StorageError; then the commits'
    /// changes are as before the call.
    virtual void persist(std::span<const std::shared_ptr<Commit>> commits) = 0;

    /// Called after persist(), once the commits are published: frees what nobody can see any longer.
    /// The superseded versions of these commits stay readable in memory until then.
    /// Throws: std::bad_alloc; then the next persist() does it.
    virtual void settle() = 0;

    /// Writes what only memory has of versions that ended with these or earlier commits and that
    /// somebody still sees. Called when no batch is in progress. Throws: StorageError.
    virtual void write_out() = 0;

    [[nodiscard]] virtual PersistCounters counters() const = 0;
};

}  // namespace vitrine::mvcc
