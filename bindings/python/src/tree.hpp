#pragma once

#include <memory>

#include <vitrine/detail/tree_reader.hpp>

#include "bindings/python/src/box.hpp"
#include "bindings/python/src/states.hpp"
#include "bindings/python/src/value_codec.hpp"
#include "btree/nodes.hpp"

namespace vitrine::python {

/// `vitrine.Tree`, a tree or a range of one, in a snapshot or (`vitrine.TreeEditor`) a transaction.
/// Threads: a snapshot's by any; a transaction's by its own, which each call checks.
struct TreeBox {
    // In the order of their making: each stands on those before it.
    std::shared_ptr<SnapshotState> snapshot;        ///< one of the two
    std::shared_ptr<TransactionState> transaction;  ///< the other one
    std::shared_ptr<const TreeCodec> codec;
    std::shared_ptr<const btree::TreeReader> stored;  ///< in a snapshot
    const btree::TreeReader* reader = nullptr;        ///< in a transaction, while that runs
    btree::TreeWriter* writer = nullptr;              ///< the same
    /// As the snapshot, or the base of the transaction, shows it; nothing when it does not.
    std::optional<btree::TreeState> state{};
    btree::Bounds bounds{};
    /// The leaf in which look-ups stay, as soon as two in a row met the same one: with it they need no
    /// descent. With the GIL.
    struct Finger {
        mvcc::VersionHandle leaf{};
        const mvcc::ObjectVersion* met = nullptr;  ///< the last one, to be compared only
    };
    mutable Finger finger{};

    [[nodiscard]] bool whole() const { return !bounds.low && !bounds.high; }
    /// Throws: UsageError where it may not be used now.
    void require() const {
        if (transaction) transaction->require();
    }
    /// What is read of the file is read of this.
    [[nodiscard]] const mvcc::Snapshot& base() const {
        return snapshot ? snapshot->snapshot : transaction->base();
    }
    /// Whether a key lies in the range.
    [[nodiscard]] bool covers(btree::ByteSpan key) const;
    /// Takes both ends in, where they are narrower.
    void narrow(std::optional<btree::KeyBytes> low, std::optional<btree::KeyBytes> high);
};

py::object open_snapshot_tree(const std::shared_ptr<SnapshotState>& snapshot, core::ObjectId id,
                              const btree::TreeKind& kind);
/// `id`: of the tree at the transaction's base; none when it is not there.
py::object open_transaction_tree(const std::shared_ptr<TransactionState>& transaction,
                                 std::shared_ptr<btree::TreeWriter> writer, core::ObjectId id);

/// A box like `self` (a Tree or a TreeEditor) of another part of the tree.
py::object part_of(PyObject* self, TreeBox part);
/// `tree[low:high]`, what is left out being open; a step of -1 turns it round.
TreeBox slice_of(const TreeBox& tree, PyObject* slice);
/// How many entries lie in the range. Cost: O(1) for a whole tree, else a scan.
std::uint64_t count_of(const TreeBox& tree);

/// Whether all that a look-up needs is in memory, so that it cannot wait.
bool is_resident(const TreeBox& tree, btree::ByteSpan key);
/// The value; null when absent. Looks in memory with the GIL, waits for the disk without it.
py::object find_value(const TreeBox& tree, btree::ByteSpan key);
bool has_key(const TreeBox& tree, btree::ByteSpan key);

void add_tree(py::module_& module);
void add_tree_editor(py::module_& module);
void add_entries(py::module_& module);
void add_tree_iterator(py::module_& module);
void add_column(py::module_& module);

/// The type of TreeEditors; their boxes are TreeBoxes too.
inline PyTypeObject* tree_editor_type = nullptr;

}  // namespace vitrine::python
