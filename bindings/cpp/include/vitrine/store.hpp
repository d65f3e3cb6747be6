#pragma once

#include <chrono>
#include <concepts>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <vitrine/backup_report.hpp>
#include <vitrine/detail/struct_type.hpp>
#include <vitrine/detail/transact.hpp>
#include <vitrine/error.hpp>
#include <vitrine/gc_report.hpp>
#include <vitrine/history.hpp>
#include <vitrine/migration_report.hpp>
#include <vitrine/options.hpp>
#include <vitrine/snapshot.hpp>
#include <vitrine/stats.hpp>
#include <vitrine/transaction.hpp>
#include <vitrine/undo_plan.hpp>
#include <vitrine/verify_report.hpp>
#include <vitrine/version.hpp>

namespace vitrine {

class Store;
namespace core {
class Storage;
}

namespace detail {
Store store_over(std::unique_ptr<core::Storage> storage, const StoreOptions& options);
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

    /// A version of the past: one that a snapshot of it would still show because the retention
    /// (StoreOptions) covers it. Throws: SnapshotTooOldError when it is no longer kept,
    /// NotFoundError when it is in the future.
    [[nodiscard]] Snapshot snapshot_at(Version version) const;
    /// The newest commit not after `time`; commit times strictly increase.
    /// Throws: SnapshotTooOldError. Cost: a binary search on disk.
    [[nodiscard]] Snapshot snapshot_at(std::chrono::system_clock::time_point time) const;
    /// The log: commits after `after`, oldest first, at most `limit`. As far as the retention
    /// reaches; Retention::none() keeps no log. Waits for what is visible to be on disk.
    [[nodiscard]] std::vector<CommitInfo> commits(Version after, std::size_t limit) const;
    /// The object's versions that are kept, newest first, its erasure among them; nothing when there
    /// never was such an object. Waits as commits() does. Throws: TypeError.
    template <class T>
    [[nodiscard]] std::vector<ObjectVersion> history(Ref<T> ref) const {
        return history_of(ref, detail::kStructType<T>);
    }

    /// Says what undo() would do, and what stands in its way. Changes nothing.
    /// Throws: as undo(), but no ConflictError.
    [[nodiscard]] UndoPlan plan_undo(Version version) const;
    /// Takes back what a commit did, in a new commit, per object and per key of a tree, the names of
    /// roots included. What is back already is left alone; a root or tree that it made goes only if
    /// still as it was made. An undo can be undone. Returns the new commit, or the newest version
    /// when there was nothing to do.
    /// Throws: ConflictError that lists what later commits changed again, SnapshotTooOldError when
    /// the commit or the one before it is not kept, NotFoundError when it is in the future.
    Version undo(Version version);

    /// From now on two edits of one object of type T do not conflict: `fn(base, theirs, mine, merged)`
    /// makes one of them, from what both began with, what the other commit made of it and what this
    /// transaction did, all `T::Reader`, into a `T::Builder` that begins as a copy of mine. Whatever
    /// the transaction read of an object that it edited is fn's matter, and not checked. An erased
    /// object still conflicts. Not stored: each program says so after opening.
    ///
    ///     store.merge_edits<Counter>([](auto base, auto theirs, auto mine, auto merged) {
    ///         merged.setHits(theirs.getHits() + mine.getHits() - base.getHits());
    ///     });
    ///
    /// Threads: fn runs in committing threads, one at a time, while other commits wait: it must be
    /// quick, and must not call the store. What it throws fails the commit.
    template <class T, class F>
        requires std::invocable<F&, typename T::Reader, typename T::Reader, typename T::Reader,
                                typename T::Builder>
    void merge_edits(F fn) {
        set_merge(
            detail::kStructType<T>,
            [fn = std::move(fn)](const capnp::word* base, const capnp::word* theirs,
                                 const capnp::word* mine, capnp::MessageBuilder& merged) mutable {
                std::invoke(fn, detail::read_flat<T>(base), detail::read_flat<T>(theirs),
                            detail::read_flat<T>(mine), merged.getRoot<T>());
            });
    }

    /// Makes objects of type New of all objects of type Old: `fn(Old::Reader, New::Builder)`. Each
    /// keeps its id; stored references to Old become references to New, in structs and as values of
    /// trees. Runs in transactions of bounded size, and again after a crash, error or cancellation:
    /// what is New already stays. Superseded versions stay Old. Not while others use Old.
    /// Throws: what fn throws, SchemaError, CancelledError; what was committed stays.
    template <class Old, class New, class F>
        requires std::invocable<F&, typename Old::Reader, typename New::Builder> MigrationReport
        migrate(F fn, const Progress& progress = {}) {
            return migrate_type(
                detail::kStructType<Old>, detail::kStructType<New>,
                [&fn](const capnp::word* old, capnp::MessageBuilder& fresh) {
                    std::invoke(fn, detail::read_flat<Old>(old), fresh.initRoot<New>());
                },
                progress);
        }

    /// Reads everything: checksums, intervals, the schema of each record, order and counts of trees,
    /// references, what no root leads to.
    /// Throws: CancelledError when `progress` returns false.
    [[nodiscard]] VerifyReport verify(const Progress& progress = {}) const;

    /// Erases objects and trees to which no root leads, while work goes on. What transactions made,
    /// read or referred to since it began is spared, with all that it refers to. What goes is settled
    /// in one moment, for every transaction that begins after it; it is erased in commits of bounded
    /// size from then on, so snapshots may show it a little longer. Do not hold on to a reference
    /// that no root leads to across a collection.
    ///
    /// Throws: CancelledError when `progress` returns false: what was erased stays erased; UsageError
    /// when another collection runs or the store is read only; CorruptionError when something that is
    /// reachable is damaged: what it refers to is not known, so nothing was erased; StorageError.
    /// Cost: reads everything that is reachable. Memory: 2 bits per object id, at most.
    GcReport collect_garbage(const Progress& progress = {});

    /// Writes a copy of the newest version, and of the history that the retention keeps, into a new
    /// file, while work goes on. The copy is a store of its own, compact; nothing of it was written
    /// without being read back. It appears under its name (`<file>.part` until then) when it is whole
    /// and on the disk, or not at all.
    /// Throws: StorageError (the file exists; no room), CorruptionError (this store is damaged: names
    /// the object), CancelledError when `progress` returns false.
    /// Cost: reads the store once and the copy once; bounded memory. Commits wait for it only as long
    /// as opening a snapshot takes.
    BackupReport backup(const std::filesystem::path& file, const Progress& progress = {}) const;

  private:
    friend Store detail::store_over(std::unique_ptr<core::Storage> storage,
                                    const StoreOptions& options);
    explicit Store(detail::OpenStore* store) : store_(store) {}
    /// Throws: UsageError when moved from.
    [[nodiscard]] detail::OpenStore& store() const;
    [[nodiscard]] std::shared_ptr<mvcc::Transaction> begin_machine(
        TransactionOptions options) const;
    using Merge = std::function<void(const capnp::word* base, const capnp::word* theirs,
                                     const capnp::word* mine, capnp::MessageBuilder& merged)>;
    using Convert = std::function<void(const capnp::word* old, capnp::MessageBuilder& fresh)>;
    [[nodiscard]] std::vector<ObjectVersion> history_of(AnyRef ref,
                                                        const detail::StructType& type) const;
    void set_merge(const detail::StructType& type, Merge merge);
    MigrationReport migrate_type(const detail::StructType& from, const detail::StructType& to,
                                 const Convert& convert, const Progress& progress);
    /// Nothing: it conflicted, and is to be run again. Throws: ConflictError after the last
    /// attempt.
    static std::optional<Version> try_finish(detail::Attempt& attempt, detail::Backoff& backoff);

    std::unique_ptr<detail::OpenStore, detail::CloseStore> store_;
};

}  // namespace vitrine
