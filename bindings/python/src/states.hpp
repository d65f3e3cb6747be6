#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <vitrine/detail/tree_reader.hpp>

#include "bindings/cpp/src/open_store.hpp"
#include "bindings/python/src/python.hpp"
#include "core/schema/registry.hpp"
#include "mvcc/snapshot.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::python {

// What Python's objects stand on. Shared by all that were made of it; destroyed with the GIL.

/// What everything of one open store knows: its file, and the types to read objects with. With the
/// GIL only.
class Context {
  public:
    explicit Context(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const { return path_; }
    /// The StructType to read objects of that type with: the program's when it has used one, else as
    /// the file has it. Throws: TypeError when neither is known.
    py::object type_of(core::schema::Registry& registry, core::TypeId id);
    /// A program's type, before its first use. Throws: SchemaError when it does not fit the file.
    void use(core::schema::Registry& registry, const py::object& type);

  private:
    const std::string path_;
    std::unordered_map<core::TypeId, py::object> types_;
};

/// A snapshot, for all that was read through it.
struct SnapshotState {
    std::shared_ptr<Context> context;
    mvcc::Snapshot snapshot;

    SnapshotState(std::shared_ptr<Context> of, mvcc::Snapshot&& opened)
        : context(std::move(of)), snapshot(std::move(opened)) {}
    SnapshotState(const SnapshotState&) = delete;
    SnapshotState& operator=(const SnapshotState&) = delete;
    ~SnapshotState();

    [[nodiscard]] core::schema::Registry& registry() const { return snapshot.store().types(); }
};

/// A transaction, for its trees and editors too.
class TransactionState {
  public:
    TransactionState(std::shared_ptr<Context> of, mvcc::Snapshot base, TransactionOptions options);
    TransactionState(const TransactionState&) = delete;
    TransactionState& operator=(const TransactionState&) = delete;
    ~TransactionState();

    const std::shared_ptr<Context> context;

    /// Throws: UsageError in another thread than the one that began it.
    void require_thread() const;
    /// The same, and when it has ended.
    mvcc::Transaction& require() const;
    /// Whether it runs still. Any thread may ask.
    [[nodiscard]] bool active() const { return machine_ != nullptr; }
    [[nodiscard]] Version base_version() const { return base_version_; }
    /// Requires, both: it runs.
    [[nodiscard]] core::schema::Registry& registry() const { return machine_->store().types(); }
    [[nodiscard]] const mvcc::Snapshot& base() const { return machine_->base(); }

    /// While one lives, the transaction cannot end, roll back or erase: a call is in the middle of
    /// something that can run any Python code (a number's __index__), which must not take it away.
    class InUse {
      public:
        explicit InUse(TransactionState& of) : of_(of) { ++of_.in_use_; }
        ~InUse() { --of_.in_use_; }
        InUse(const InUse&) = delete;
        InUse& operator=(const InUse&) = delete;

      private:
        TransactionState& of_;
    };
    /// Throws: UsageError while such a call runs.
    void require_idle() const;

    /// Ends it. What it stood on goes at once, whoever remembers it or a tree of it: a variable that is
    /// left over does not keep the file of a closed store.
    Version commit();
    void abort() noexcept;
    /// A tree of it: lives as long as it runs. Those who use it require() first.
    btree::TreeWriter* keep(std::shared_ptr<btree::TreeWriter> tree);

    /// Changes when what builders of the object point to may have gone: a roll-back, an erasure.
    [[nodiscard]] std::uint64_t stamp_of(core::ObjectId id) const;
    void note_erased(core::ObjectId id) { ++erasures_[id]; }
    void note_rollback() { ++rollbacks_; }

  private:
    /// What is left of it, for who drops it without the GIL.
    struct Ended {
        std::unique_ptr<mvcc::Transaction> machine;
        std::vector<std::shared_ptr<btree::TreeWriter>> trees;  // go first
    };
    Ended let_go();

    std::unique_ptr<mvcc::Transaction> machine_;
    std::vector<std::shared_ptr<btree::TreeWriter>> trees_;
    const Version base_version_;
    const unsigned long thread_;
    unsigned in_use_ = 0;
    std::uint64_t rollbacks_ = 0;
    std::unordered_map<core::ObjectId, std::uint32_t> erasures_;
};

}  // namespace vitrine::python
