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
    Changes changes;
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

/// The stage of the pipeline that makes commits durable, and brings them into the storage, at once or
/// later. persist() and settle() are called by one thread at a time.
class PersistStage {
  public:
    PersistStage() = default;
    PersistStage(const PersistStage&) = delete;
    PersistStage& operator=(const PersistStage&) = delete;
    virtual ~PersistStage() = default;

    /// Makes the commits durable, in order, all or none. Throws: StorageError, std::bad_alloc; then
    /// the commits' changes are as before the call.
    virtual void persist(std::span<const std::shared_ptr<Commit>> commits) = 0;

    /// Called after persist(), once the commits are published: frees what nobody can see any longer.
    /// The superseded versions of these commits stay readable in memory until then.
    /// Throws: std::bad_alloc; then the next persist() does it.
    virtual void settle() = 0;

    /// Brings into the storage what was settled before the call. Threads: any. Throws: StorageError,
    /// std::bad_alloc.
    virtual void catch_up() = 0;
    /// The same, and what only memory has of versions that ended with these or earlier commits and
    /// that somebody still sees. Called when no batch is in progress.
    virtual void write_out() = 0;

    /// Up to here the storage has all commits. Threads: any.
    [[nodiscard]] virtual Version stored() const = 0;
    /// The storage was brought to this version otherwise, before the first batch.
    virtual void recovered(Version version) = 0;
    /// True once a failed write left what is on the disk in doubt: nothing more is accepted.
    [[nodiscard]] virtual bool failed() const = 0;

    [[nodiscard]] virtual PersistCounters counters() const = 0;
};

}  // namespace vitrine::mvcc
