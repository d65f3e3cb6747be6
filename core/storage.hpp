#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <vitrine/retention.hpp>

#include "core/commit_log.hpp"
#include "core/function_ref.hpp"
#include "core/ids.hpp"

namespace vitrine::core {

using Time = std::chrono::system_clock::time_point;

/// One row to be written: a complete value (type, checksum, payload), borrowed until write()
/// returns.
struct RowPut {
    ObjectId id;
    Version version;
    Words value;
};

struct RowKey {
    ObjectId id;
    Version version;
    friend constexpr auto operator<=>(RowKey, RowKey) = default;
};

/// A superseded row [row.version, until) that stays because the snapshot `witness` can see it.
/// When no snapshot has that number any longer, the row is looked at again. Stored, so that what a
/// crashed process kept is found and freed by the next one.
struct KeptRow {
    Version witness;
    RowKey row;
    Version until;
    friend constexpr auto operator<=>(const KeptRow&, const KeptRow&) = default;
};

/// A schema node of a stored type: the bytes of one capnp schema::Node message (flat words).
struct StoredType {
    TypeId id = 0;
    std::vector<Word> node;
};

/// One commit's entry in the log of commits.
struct CommitRow {
    Version version;
    Time time;
    std::string note{};
    std::vector<ObjectId> changed{};  ///< ascending
    friend bool operator==(const CommitRow&, const CommitRow&) = default;
};

/// The file's rule of retention, and how far back it reaches now.
struct History {
    Retention retention = Retention::none();
    /// Every version from this one to the newest is readable, unless the rule is none().
    Version oldest{};
    friend bool operator==(const History&, const History&) = default;
};

/// Version numbers [from, until).
struct VersionRange {
    Version from{};
    Version until = kOpen;
};

/// How far a checkpoint that is made in several batches has come: objects below this id have all
/// that commits up to `to` did to them, the others are as of `newest`. Until it is done, the commit log
/// is needed up to `to`.
struct CheckpointStep {
    Version to;
    ObjectId below;
    friend bool operator==(const CheckpointStep&, const CheckpointStep&) = default;
};

/// Everything that one durable step changes. All of it becomes durable, or none.
struct Batch {
    Version newest;                    ///< the last commit in the batch (or the current one);
                                       ///< no row is newer, but for those of `step`
    Time time;                         ///< when that commit was made
    std::uint64_t next_object_id = 1;  ///< ids from here on are free
    std::vector<RowPut> puts;          ///< sorted by (id, version)
    std::vector<RowKey> erases;        ///< sorted by (id, version); absent rows are not an error
    std::vector<KeptRow> keep;         ///< added to the kept table
    std::vector<KeptRow> release;      ///< taken out of the kept table (the row itself: in erases)
    std::vector<StoredType> types;     ///< added or replaced
    std::vector<CommitRow> commits{};  ///< added to the log
    Version forget_commits{};          ///< entries of the log below go, some in each batch:
    static constexpr std::size_t kForgotten = 1000;  ///< so many, and one for each that is added
    History history{};
    std::optional<LogMark> log{};  ///< the commit log that goes on from here, if there is one
    std::optional<CheckpointStep> step{};  ///< a checkpoint of which this is not the last batch
};

/// A store's own random number, from its making on. A copy has another one, or the later histories of
/// both would be taken for one.
struct Identity {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
};

/// What a storage knows about itself without looking at objects.
struct StorageState {
    Version newest;
    Time time;
    std::uint64_t next_object_id = 1;
    History history{};
    Identity identity{};  ///< no batch changes it
    /// From there on, the log beside has commits that the storage may not have.
    std::optional<LogMark> log{};
    std::optional<CheckpointStep> step{};

    /// No row is newer.
    [[nodiscard]] Version newest_row() const { return step ? step->to : newest; }
};

struct StorageSize {
    std::uint64_t file_bytes = 0;
    std::uint64_t free_bytes = 0;  ///< of these
    std::uint64_t log_bytes = 0;   ///< of the commit log beside
};

/// Where versions are kept: a port. A version is a row; rows are keyed by (object id, version).
///
/// Invariants every implementation keeps (tests/core/storage_contract.hpp checks them):
///  S1. write() is all or nothing and durable when it returns; what is stored is a prefix of the
///      batches written.
///  S2. One read() sees one state: its `newest` is the commit number stored together with the rows
///      that it saw.
///  S3. Every row handed out is 8-aligned and exactly what was put.
///  S4. No resource of a read outlives the call.
///
/// Threads: reads from any number of threads, beside one writer; write() from one thread at a time.
/// Throws: StorageError when the medium fails (with what the system said and the file's name; after
/// a failed write nothing of the batch is there), CorruptionError when its structure is damaged.
class Storage {
  public:
    struct Reading {
        Version newest;               ///< the commit that this read's state is as of
        std::optional<Version> born;  ///< the version of the row found, if any
        Version until = kOpen;        ///< the version of the next newer row of the object, if any
    };

    static constexpr std::size_t kUnlimited = ~std::size_t{0};

    Storage() = default;
    Storage(const Storage&) = delete;
    Storage& operator=(const Storage&) = delete;
    virtual ~Storage() = default;

    [[nodiscard]] virtual StorageState state() const = 0;

    /// Finds the object's newest row whose version is at most `at`; hands its value to `sink`
    /// (borrowed for the call) when there is one. An object without rows has `born` empty.
    virtual Reading read(ObjectId id, Version at, FunctionRef<void(Version born, Words)> sink) = 0;

    /// Writes a batch, durably. Cost: one synced transaction.
    virtual void write(const Batch& batch) = 0;

    /// Hands out rows in the order of (id, newest version first) starting after `after` (none: from
    /// the start) until `sink` returns false or `limit` rows were seen. Returns the last key seen,
    /// nothing at the end of the table. For verification: each call sees one state.
    virtual std::optional<RowKey> scan(std::optional<RowKey> after, std::size_t limit,
                                       FunctionRef<bool(RowKey, Words)> sink) = 0;

    /// Rows kept for the snapshot `witness`, at most `limit`.
    virtual std::vector<KeptRow> kept(Version witness, std::size_t limit) = 0;
    /// All kept rows in the order of (witness, id, version), as one state, until `sink` returns
    /// false. Pins pages of the medium while it runs: the sink must be quick.
    virtual void scan_kept(FunctionRef<bool(const KeptRow&)> sink) = 0;
    /// The witnesses that have kept rows, ascending, the first `limit` of them in the range.
    virtual std::vector<Version> witnesses(VersionRange range = {},
                                           std::size_t limit = kUnlimited) = 0;

    /// The log's entries after `after`, ascending, at most `limit`.
    /// Throws: CorruptionError when an entry is damaged.
    virtual std::vector<CommitRow> commits(Version after, std::size_t limit) = 0;
    /// The first entry of the log from `from` on, without its note and objects.
    virtual std::optional<CommitRow> next_commit(Version from) = 0;

    virtual std::vector<StoredType> types() = 0;

    /// Makes an empty commit log beside the medium, of at most so many bytes. Null: this medium has
    /// none. It counts from the batch on that names it. Throws: StorageError.
    virtual std::unique_ptr<CommitLog> make_log(std::size_t /*bytes*/) { return nullptr; }
    /// The log that state() names, for replay. Throws: StorageError when it is missing or not the
    /// one, CorruptionError.
    virtual std::unique_ptr<CommitLog> open_log() { return nullptr; }
    /// Takes the log away. Requires: state() names none.
    virtual void remove_log() noexcept {}

    [[nodiscard]] virtual StorageSize size() const = 0;
    /// True once a failed write left the medium in doubt: no further write will be accepted.
    [[nodiscard]] virtual bool failed() const = 0;
    /// What messages call it: the file's path.
    [[nodiscard]] virtual std::string name() const = 0;

    /// Who keeps the medium from being opened a second time in this process, in words
    /// ("the store is still held by 3 snapshots"); an empty answer, or no function, says that it is
    /// open. The one that asks is the second opening, in its thread, under the medium's own lock:
    /// the function must not wait. It is not called any more once another one was set.
    virtual void set_holders(std::function<std::string()> /*holders*/) {}
};

}  // namespace vitrine::core
