#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitrine/detail/tree_reader.hpp>

#include "mvcc/snapshot.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::btree {

/// Longest encoded key in bytes.
inline constexpr std::size_t kMaxKeyBytes = 1024;
/// Longest value in bytes: what one Cap'n Proto list of bytes can hold, less a margin.
inline constexpr std::size_t kMaxValueBytes = (std::size_t{1} << 29) - 4096;

/// What a root name refers to.
struct Root {
    core::ObjectId id;
    core::TypeId type = 0;           ///< the object's struct, or 0 for a tree
    std::optional<TreeKind> tree{};  ///< for a tree
};

// -- reading a snapshot ---------------------------------------------------------------------------

/// Throws: NotFoundError (no such object), TypeError (not a tree, or of another kind).
std::shared_ptr<const TreeReader> open_tree(const mvcc::Snapshot& snapshot, core::ObjectId id,
                                            const TreeKind& kind);
/// For TreeView: visit and find borrow from the caller's View. Same errors.
std::optional<Root> find_root(const mvcc::Snapshot& snapshot, std::string_view name);
std::vector<std::pair<std::string, Root>> roots(const mvcc::Snapshot& snapshot);
/// Nothing when there is no such object, or it is not a tree.
std::optional<TreeKind> kind_of(const mvcc::Snapshot& snapshot, core::ObjectId id);

/// A borrowed look-up for Views. Requires: the caller is inside an Epoch for as long as it uses what
/// it is given. The tree must come from open_tree.
std::optional<ByteSpan> peek(const TreeReader& tree, ByteSpan key);

// -- changing through a transaction ---------------------------------------------------------------

/// The tree under a root name. Comes into being at its first put, insert, add or id().
/// Throws: TypeError when the name refers to something else.
std::shared_ptr<TreeWriter> edit_tree(mvcc::Transaction& transaction, std::string_view root_name,
                                      const TreeKind& kind);
/// Throws: NotFoundError, TypeError.
std::shared_ptr<TreeWriter> edit_tree(mvcc::Transaction& transaction, core::ObjectId id,
                                      const TreeKind& kind);
core::ObjectId create_tree(mvcc::Transaction& transaction, const TreeKind& kind);
/// A tree under an id of old, without entries: one that was erased, or (mvcc::Store::reserve_ids) never
/// was. Throws: UsageError when something has that id; ConflictError, at the commit, the same.
std::shared_ptr<TreeWriter> restore_tree(mvcc::Transaction& transaction, core::ObjectId id,
                                         const TreeKind& kind);

std::optional<Root> find_root(mvcc::Transaction& transaction, std::string_view name);
/// `id` may be an object or a tree, also one made by this transaction. Throws: NotFoundError.
void set_root(mvcc::Transaction& transaction, std::string_view name, core::ObjectId id);
void erase_root(mvcc::Transaction& transaction, std::string_view name);
/// Erases an object, or a tree with all that is in it. Throws: NotFoundError.
void erase(mvcc::Transaction& transaction, core::ObjectId id);

}  // namespace vitrine::btree
