#pragma once

#include <exception>
#include <list>
#include <memory>

#include "mvcc/persist.hpp"

namespace vitrine::mvcc {

using CommitList =
    std::list<std::shared_ptr<Commit>, core::BlockAllocator<std::shared_ptr<Commit>>>;

/// What a queue asks of the pipeline that owns it.
class CommitSink {
  public:
    /// Persists, publishes what is not published yet, frees what became invisible.
    /// Throws: StorageError, std::bad_alloc; then nothing of the batch is on disk.
    virtual void complete(const CommitList& batch) = 0;
    /// Called without locks after complete() threw. Returns every commit that fails with the batch.
    /// Takes no memory: that may be what is lacking.
    virtual void fail(CommitList& batch, const std::exception_ptr& failure) noexcept = 0;

  protected:
    ~CommitSink() = default;
};

/// Throws what a failed batch means to those whose commits were in it: StorageError, or
/// std::bad_alloc.
[[noreturn]] void throw_failure(const std::exception_ptr& failure);

/// Between sequencing and persisting: who writes the batch, and when.
class CommitQueue {
  public:
    CommitQueue() = default;
    CommitQueue(const CommitQueue&) = delete;
    CommitQueue& operator=(const CommitQueue&) = delete;
    virtual ~CommitQueue() = default;

    /// Appends the list's one commit. Called in the sequencing section, so in order. Never throws.
    virtual void push(CommitList&& one) noexcept = 0;
    /// Called by the committer after the sequencing section. Returns when its commit may return.
    /// Throws: StorageError, std::bad_alloc when the commit failed.
    virtual void wait(Commit& commit) = 0;
    /// Waits until the commits pushed before are durable. Throws: StorageError.
    virtual void flush() = 0;
    /// Takes everything that is queued. Called in the sequencing section, when a batch failed.
    virtual CommitList drain() noexcept = 0;
};

}  // namespace vitrine::mvcc
