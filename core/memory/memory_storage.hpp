#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>

#include "core/memory/memory_log.hpp"
#include "core/storage.hpp"

namespace vitrine::core::memory {

/// Storage that lives in memory: LMDB's twin for tests, with handles to make it fail.
/// Keeps S1 to S4; "durable" means that reopen() finds it.
/// Threads: as Storage; the test hooks may be called from any thread.
class MemoryStorage final : public Storage {
  public:
    MemoryStorage();
    ~MemoryStorage() override;

    [[nodiscard]] StorageState state() const override;
    Reading read(ObjectId id, Version at, FunctionRef<void(Version, Words)> sink) override;
    void write(const Batch& batch) override;
    std::optional<RowKey> scan(std::optional<RowKey> after, std::size_t limit,
                               FunctionRef<bool(RowKey, Words)> sink) override;
    std::vector<KeptRow> kept(Version witness, std::size_t limit) override;
    void scan_kept(FunctionRef<bool(const KeptRow&)> sink) override;
    std::vector<Version> witnesses(VersionRange range = {},
                                   std::size_t limit = kUnlimited) override;
    std::vector<CommitRow> commits(Version after, std::size_t limit) override;
    std::optional<CommitRow> next_commit(Version from) override;
    std::vector<StoredType> types() override;
    std::unique_ptr<CommitLog> make_log(std::size_t bytes) override;
    std::unique_ptr<CommitLog> open_log() override;
    void remove_log() noexcept override;
    [[nodiscard]] StorageSize size() const override;
    [[nodiscard]] bool failed() const override { return failed_; }
    [[nodiscard]] std::string name() const override { return "(memory)"; }

    /// Another storage over the same rows, as a new process would find them. Do not write to both.
    [[nodiscard]] std::unique_ptr<MemoryStorage> reopen() const;

    /// What a process that dies now leaves to the next one: another storage, with rows of its own.
    [[nodiscard]] std::unique_ptr<MemoryStorage> copy() const;

    /// The `nth` write from now on (1: the next) throws StorageError.
    void fail_write(std::size_t nth, Failure failure);
    /// The same for the nth block that is appended to the commit log.
    void fail_append(std::size_t nth, Failure failure) { log_hooks_->failure.set(nth, failure); }
    /// Called by every append to the commit log before anything is stored.
    void on_append(std::function<void()> hook);
    /// Called by every write before anything is stored: to block it, look at it, or throw.
    void on_write(std::function<void(const Batch&)> hook);
    /// Called by every read when its state is fixed and its sink not yet called: here a test lets
    /// commits overtake a load. No lock is held.
    void on_read(std::function<void(ObjectId, const Reading&)> hook);
    /// Changes a stored row's words in place (the checksum stays as it was). False when absent.
    bool damage_row(RowKey key, FunctionRef<void(std::span<Word>)> damage);
    /// Loses a row. False when absent.
    bool drop_row(RowKey key);
    /// Cuts the commit log before its last block. Requires: there is a log, with blocks.
    void drop_last_block();
    [[nodiscard]] std::size_t reads() const { return reads_; }
    [[nodiscard]] std::size_t writes() const { return writes_; }

  private:
    struct Contents;
    struct Hooks;
    explicit MemoryStorage(std::shared_ptr<Contents> contents);
    std::shared_ptr<Contents> contents_;
    std::unique_ptr<Hooks> hooks_;
    std::shared_ptr<LogHooks> log_hooks_ = std::make_shared<LogHooks>();
    std::atomic<bool> failed_ = false;
    std::atomic<std::size_t> reads_ = 0;
    std::atomic<std::size_t> writes_ = 0;
};

inline std::unique_ptr<MemoryStorage> open() { return std::make_unique<MemoryStorage>(); }

}  // namespace vitrine::core::memory
