#pragma once

#include <array>
#include <memory>
#include <memory_resource>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <vitrine/options.hpp>

#include "mvcc/participant.hpp"
#include "mvcc/snapshot.hpp"
#include "mvcc/working_copy.hpp"

namespace vitrine::mvcc {

/// An object as a transaction sees it.
struct ObjectState {
    TypeId type = 0;
    Words payload{};                        ///< when nobody edited it here
    capnp::MessageBuilder* copy = nullptr;  ///< else the private copy
    Version version{};                      ///< the commit that wrote it; 0 for a new object
};

/// A snapshot plus private changes.
/// Threads: one at a time. After commit() or abort(), and after its Store was closed, every call but
/// base(), isolation(), active() and abort() throws UsageError.
class Transaction {
  public:
    Transaction(Store& store, Snapshot base, TransactionOptions options);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    [[nodiscard]] const Snapshot& base() const { return base_; }
    [[nodiscard]] Isolation isolation() const { return options_.isolation; }
    [[nodiscard]] Store& store() const { return store_; }
    [[nodiscard]] bool active() const { return active_; }
    /// Throws: UsageError unless the transaction may be used.
    void require_active() const;
    /// Tells a collection of garbage that the transaction uses an object. False: it is collected, and
    /// absent for this transaction.
    [[nodiscard]] bool sees(ObjectId id) const;
    /// A participant found something at the base which is not to be collected meanwhile, though its
    /// content was not read: a tree.
    void note_use(ObjectId id) { used_.insert(id); }

    /// A new object with an empty message to fill. Lifetime of the builder: until the transaction
    /// ends or rolls back.
    std::pair<ObjectId, capnp::MessageBuilder&> create(TypeId type);
    /// The object as this transaction sees it (its read is validated); nothing: absent or erased.
    std::optional<ObjectState> find(ObjectId id);
    /// A private copy to change. Throws: NotFoundError. The root's type is for the caller to check
    /// (find() first).
    capnp::MessageBuilder& edit(ObjectId id);
    /// Throws: NotFoundError when there is no such object.
    void erase(ObjectId id);
    /// Writes an object under an id of old, whether it is there, was erased, or (with
    /// Store::reserve_ids) never was; its type may change. Committed like an edit.
    void restore(ObjectId id, TypeId type, Words payload);

    /// A participant made once per transaction: the trees.
    template <class P>
    P& participant() {
        if (!participant_) participant_ = std::make_unique<P>(*this);
        return static_cast<P&>(*participant_);
    }

    /// Savepoints are numbered from 1; rolling back to one makes those after it invalid.
    /// Cost: O(objects edited so far), copies each of them.
    std::size_t savepoint();
    /// Throws: UsageError when `mark` is not (any longer) a savepoint of this transaction.
    void rollback_to(std::size_t mark);

    /// Makes everything visible atomically. Returns the commit's version, base().version() when
    /// nothing was changed. Throws: ConflictError, StorageError, UsageError; the transaction is over
    /// in each case. Cost: may block on the disk (Durability::full).
    Version commit();
    void abort() noexcept;

  private:
    struct WriteEntry {
        TypeId type = 0;
        VersionHandle base{};                 // nothing: made by this transaction
        std::unique_ptr<WorkingCopy> copy{};  // nothing: erased
        std::vector<Word> flat{};             // at commit
        bool differs = true;                  // at commit
        bool restored = false;                // its id is an old one
    };
    using WriteSet = std::pmr::unordered_map<ObjectId, WriteEntry>;
    struct Image {
        TypeId type;
        VersionHandle base;
        std::optional<std::vector<Word>> words;  // nothing: erased
        bool restored;
    };
    struct Saved {
        std::size_t mark;
        std::vector<std::pair<ObjectId, Image>> writes;
        std::size_t participant_mark;
    };

    VersionHandle read(ObjectId id);
    bool prepare();
    void sequence(CommitContext& context);
    void check_not_condemned(CommitContext& context) const;
    bool merge(CommitContext& context, ObjectId id, WriteEntry& entry) const;
    void check_absent(CommitContext& context, ObjectId id) const;
    void check_unchanged(const VersionHandle& seen, const char* deed) const;
    void end() noexcept;

    Store& store_;
    const Snapshot base_;
    const TransactionOptions options_;
    const std::uint64_t closings_;  // of collections of garbage, when it began
    bool active_ = true;
    // What it reads and writes goes when it ends, all at once.
    std::array<std::byte, 1024> room_;
    std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
    WriteSet writes_{&memory_};
    std::pmr::unordered_map<ObjectId, VersionHandle> reads_{&memory_};  // empty: found absent
    std::pmr::unordered_set<ObjectId> used_{&memory_};
    std::unique_ptr<Participant> participant_;
    std::vector<Saved> savepoints_;
    std::size_t next_mark_ = 1;
};

}  // namespace vitrine::mvcc
