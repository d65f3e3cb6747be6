#pragma once

#include <concepts>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <vitrine/detail/transact.hpp>
#include <vitrine/error.hpp>
#include <vitrine/options.hpp>
#include <vitrine/snapshot.hpp>
#include <vitrine/stats.hpp>
#include <vitrine/transaction.hpp>
#include <vitrine/verify_report.hpp>
#include <vitrine/version.hpp>

namespace vitrine {

namespace detail {
/// The machine's store, and a gate that lets calls and close() meet.
class OpenStore;
struct CloseStore {
    void operator()(OpenStore* store) const noexcept;
};
}  // namespace detail

/// An open store: one file, any number of threads. One process has a file open at a time. A store
/// must not be used in a forked child.
///
///     auto account = Store::open(file).begin().edit(ref);   // WRONG: the builder dangles
///     auto snapshot = Store::open(file).snapshot();         // fine: snapshots outlive their store
///
/// Threads: every member by any thread, but opening, moving and destroying. Movable.
/// Throws, every member: UsageError after close() and for a moved-from store.
class Store {
  public:
    /// Throws: StorageError (what the system said; not a Vitrine store; another format; open
    /// already, here or in another process, or held by snapshots), CorruptionError for a damaged
    /// header.
    static Store open(const std::filesystem::path& file, StoreOptions options = {});

    Store(Store&&) noexcept = default;
    Store& operator=(Store&&) noexcept = default;
    ~Store() = default;

    /// Flushes and closes. Throws what the destructor has to swallow (StorageError); the store is
    /// closed all the same. After it every call is a UsageError; closing again does nothing.
    void close();

    /// The newest published commit. Cost: no lock, no I/O.
    [[nodiscard]] Snapshot snapshot() const;
    /// Throws: UsageError for a store that was opened to be read only.
    [[nodiscard]] Transaction begin(TransactionOptions options = {});

    /// Runs `fn(Transaction&)` in a transaction and commits it; runs it again, with a pause, when
    /// the commit conflicts, up to `options.attempts` times. Returns what fn returns, or the
    /// commit's Version when that is void. Inside, abort() means no commit (and base().version()
    /// for void); commit() is a UsageError. What fn throws aborts and passes through.
    ///
    ///     store.transact([&](auto& tx) { return tx.get(ref).getOwner(); });  // refused
    ///
    /// Throws: ConflictError when all attempts conflicted, StorageError; UsageError unless attempts
    /// is at least 1.
    template <class F>
        requires std::invocable<F&, Transaction&>
    auto transact(F&& fn, TransactionOptions options = {}) {
        using Result = std::remove_cvref_t<std::invoke_result_t<F&, Transaction&>>;
        static_assert(
            !detail::Borrowed<Result>::value,
            "transact: the function returns a reader, builder, view, editor or string_view, "
            "which dangles when the transaction ends: return a copy of what you need");
        detail::Backoff backoff(options.attempts);
        while (true) {
            detail::Attempt attempt(begin_machine(options));
            if constexpr (std::is_void_v<Result>) {
                std::invoke(fn, attempt.transaction());
                if (const auto version = try_finish(attempt, backoff)) return *version;
            } else {
                Result result = std::invoke(fn, attempt.transaction());
                if (try_finish(attempt, backoff)) return result;
            }
        }
    }

    /// The newest published commit.
    [[nodiscard]] Version version() const;
    /// The newest commit on disk: every commit up to it survives a crash.
    [[nodiscard]] Version durable_version() const;
    /// Waits until version() as of the call is durable; returns it. Throws: StorageError.
    Version flush();
    /// Drops every materialised version that nobody holds.
    void trim_cache();
    [[nodiscard]] Stats stats() const;

    /// Reads everything: checksums, intervals, order and counts of trees, references.
    /// Throws: CancelledError when `progress` returns false.
    [[nodiscard]] VerifyReport verify(const Progress& progress = {}) const;

  private:
    explicit Store(detail::OpenStore* store) : store_(store) {}
    /// Throws: UsageError when moved from.
    [[nodiscard]] detail::OpenStore& store() const;
    [[nodiscard]] std::shared_ptr<mvcc::Transaction> begin_machine(
        TransactionOptions options) const;
    /// Nothing: it conflicted, and is to be run again. Throws: ConflictError after the last
    /// attempt.
    static std::optional<Version> try_finish(detail::Attempt& attempt, detail::Backoff& backoff);

    std::unique_ptr<detail::OpenStore, detail::CloseStore> store_;
};

}  // namespace vitrine
