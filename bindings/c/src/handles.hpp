#pragma once

#include <vitrine.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <capnp/schema-loader.h>

#include <vitrine/detail/merge_range.hpp>
#include <vitrine/store.hpp>

#include "bindings/c/src/error.hpp"
#include "bindings/c/src/turn.hpp"
#include "btree/trees.hpp"
#include "mvcc/store.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::capi {

/// What a transaction's handle shares with its trees and cursors, which may outlive it.
struct TransactionState {
    TransactionState(std::shared_ptr<mvcc::Transaction> begun, bool inside_transact);

    std::shared_ptr<mvcc::Transaction> machine;
    Turn turn;
    const std::uint64_t serial;  ///< names it in savepoints; unique in the process
    const bool in_transact;      ///< vitrine_transact() commits it
};

/// One call into a transaction: this thread's turn. Of no transaction: nothing. Throws: UsageError
/// when another thread is inside, when the transaction ended or its store is closed.
class Inside {
  public:
    explicit Inside(TransactionState* state) : turn_(state == nullptr ? nullptr : &state->turn) {
        if (state != nullptr) state->machine->require_active();
    }

  private:
    Turn::Taken turn_;
};

/// The machine of an open store, kept for a call. Throws: UsageError when it is closed.
class Machine {
  public:
    explicit Machine(const vitrine_store* store);
    mvcc::Store& operator*() const { return keep_.machine().store(); }
    mvcc::Store* operator->() const { return &keep_.machine().store(); }

  private:
    Snapshot keep_;
};

}  // namespace vitrine::capi

// The opaque structs. Each holds what it stands on; members go in the reverse order.

struct vitrine_store {
    vitrine::Store store;
};

struct vitrine_snapshot {
    vitrine::Snapshot snapshot;
};

struct vitrine_view {
    vitrine::mvcc::View view;
};

struct vitrine_hold {
    vitrine::btree::ValueHold hold{};
    vitrine::btree::KeyBytes key{};  ///< of an entry
};

struct vitrine_transaction {
    std::shared_ptr<vitrine::capi::TransactionState> state;
};

struct vitrine_tree {
    vitrine::mvcc::Snapshot snapshot{};                              ///< of a snapshot's tree,
    std::shared_ptr<vitrine::capi::TransactionState> transaction{};  ///< or of a transaction's
    std::shared_ptr<const vitrine::btree::TreeReader> reader{};
    vitrine::btree::TreeWriter* writer = nullptr;  ///< null: a snapshot's
    vitrine::btree::TreeKind kind{};

    [[nodiscard]] vitrine::mvcc::Store& store() const {
        return transaction ? transaction->machine->store() : snapshot.store();
    }
};

struct vitrine_cursor {
    std::vector<std::shared_ptr<vitrine::capi::TransactionState>> transactions{};
    std::vector<std::shared_ptr<const vitrine::btree::TreeReader>> trees{};
    std::unique_ptr<vitrine::btree::Cursor> single{};      ///< over one tree,
    std::optional<vitrine::detail::MergeCursor> merged{};  ///< or over two
    vitrine::btree::TreeKind kind{};
    bool begun = false;                ///< the entry it stands at was shown
    bool broken = false;               ///< it met an error
    vitrine::btree::KeyBytes shown{};  ///< what batches and keys of numbers are shown from
};

struct vitrine_schema {
    capnp::SchemaLoader loader{};
    std::set<std::uint64_t> given{};  ///< else the loader makes something up for what is missing
};

struct vitrine_sink {
    std::optional<std::vector<std::uint64_t>> words{};
};
