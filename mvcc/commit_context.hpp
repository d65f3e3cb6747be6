#pragma once

#include <unordered_map>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "core/block_pool.hpp"
#include "core/log/delta.hpp"
#include "mvcc/object_table.hpp"
#include "mvcc/object_version.hpp"
#include "mvcc/recent_changes.hpp"
#include "mvcc/snapshot.hpp"

namespace vitrine::mvcc {

/// One object's part in a commit.
struct Change {
    ObjectId id;
    VersionHandle fresh{};        ///< the new version, perhaps a tombstone; nothing: dropped
    VersionHandle predecessor{};  ///< the version that it supersedes; nothing: the object is new
    /// How the new one comes out of the predecessor (core/log/delta.hpp), if somebody knew.
    core::log::Delta delta{};
};
using Changes = std::vector<Change, core::BlockAllocator<Change>>;

/// What a commit sees and does inside the sequencing section: the newest state, to which it adds its
/// changes privately. Nothing is linked before every participant has agreed.
///
/// Invariants:
///  C1. newest() shows every commit sequenced before, and the changes made through this context.
///  C2. An exception leaves the store as it was.
/// Requires: an epoch guard around its whole life.
class CommitContext {
  public:
    CommitContext(Store& store, const Snapshot& base, Version number, bool serializable,
                  RecentChanges& recent);
    CommitContext(const CommitContext&) = delete;
    CommitContext& operator=(const CommitContext&) = delete;

    [[nodiscard]] Version number() const { return number_; }
    [[nodiscard]] const Snapshot& base() const { return base_; }
    [[nodiscard]] bool serializable() const { return serializable_; }
    [[nodiscard]] Store& store() const { return store_; }

    /// The newest version, this commit's own included; null when absent, erased or dropped.
    /// Lifetime: until the sequencing section ends. Cost: a storage read when not resident.
    const ObjectVersion* newest(ObjectId id);
    /// The same, tombstones included.
    const ObjectVersion* newest_or_tombstone(ObjectId id);
    /// The version at the transaction's base.
    const ObjectVersion* at_base(ObjectId id) { return base_.peek(id); }

    ObjectId allocate();
    /// Makes a new version of the object. A second put of the same object replaces the first.
    /// `delta`, for the commit log: to the newest version before this commit.
    const ObjectVersion* put(ObjectId id, TypeId type, Words payload, core::log::Delta delta = {});
    /// Whether a delta is of use.
    [[nodiscard]] bool wants_deltas() const;
    /// The first version of an object. Requires: `id` was allocated by this transaction.
    const ObjectVersion* create(ObjectId id, TypeId type, Words payload);
    /// Erases the object: a tombstone takes its place, so that absence can be told from loss.
    void erase(ObjectId id, TypeId type) { put(id, type, {}); }
    /// Erases an object that only its one parent refers to, without a tombstone.
    void drop(ObjectId id);

    /// Remembers, once the commit is linked, that it changed these keys of a collection.
    void note_change(ObjectId collection, std::vector<std::uint64_t> keys) {
        noted_.emplace_back(collection, std::move(keys));
    }
    [[nodiscard]] const RecentChanges& recent() const { return recent_; }

    /// A participant wants something to be so, whether or not the newest state needs a change for it.
    void note_write() { wrote_ = true; }
    [[nodiscard]] bool wrote() const { return wrote_; }

    /// What is written from here on is not told to a collection of garbage: it is its own.
    void stop_telling() { tells_ = false; }

    /// Links everything: the point of no return. Throws: std::bad_alloc before it.
    void link();
    [[nodiscard]] Changes& changes() { return changes_; }
    /// The objects that it changed, for the log: collections instead of their parts. Ascending.
    [[nodiscard]] std::vector<ObjectId> touched() const;

  private:
    Change* find_change(ObjectId id);
    Change& change(ObjectId id);
    Change& add_change(ObjectId id, VersionHandle predecessor);
    VersionHandle make(ObjectId id, TypeId type, Words payload);
    void tell(ObjectId id, TypeId type, Words payload);

    static constexpr std::size_t kUsual = 4;  // changes of a small transaction

    Store& store_;
    const Snapshot& base_;
    const Version number_;
    const bool serializable_;
    bool tells_ = true;
    bool wrote_ = false;
    std::vector<ObjectId> told_;  // written while a collection of garbage runs
    Changes changes_;
    RecentChanges& recent_;
    std::vector<std::pair<ObjectId, std::vector<std::uint64_t>>> noted_;
    boost::container::small_vector<ObjectTable::Hold, kUsual> holds_;
    std::unordered_map<ObjectId, std::size_t> index_;  // only when there are many changes
};

}  // namespace vitrine::mvcc
