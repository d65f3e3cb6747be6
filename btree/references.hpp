#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "btree/nodes.hpp"
#include "btree/value_kind.hpp"
#include "core/function_ref.hpp"
#include "core/schema/registry.hpp"

namespace vitrine::btree {

/// One stored reference, to an object or to a tree.
struct Reference {
    ObjectId target{};
    core::TypeId expected = 0;  ///< the struct that it should be; 0: any, or a tree
    bool is_tree = false;
    ObjectId from{};     ///< the object or tree that refers
    Version version{};   ///< of the row that stores it: the object's, or a part's of the tree
    std::string path{};  ///< where in the object or tree: "parent", "[\"alice\"].owner"
};

/// Finds what the objects and trees of one snapshot refer to. A tree counts as one object, with the
/// references in all its values; the catalog's are the roots. What lies behind an AnyPointer field
/// is not seen: nobody knows its type.
/// Threads: one at a time. Throws, all: CorruptionError (also for a record that does not fit its
/// type, or whose type is not known: it may refer to anything), StorageError.
class References {
  public:
    explicit References(mvcc::Snapshot snapshot) : snapshot_(std::move(snapshot)) {}

    [[nodiscard]] const mvcc::Snapshot& snapshot() const { return snapshot_; }

    /// Tells what an object refers to, a bounded part at a time; of a large tree that is often,
    /// also when there is nothing to tell. False when there is no such object.
    /// Cost: O(size), and O(1) when its kind holds no references.
    using Targets = core::FunctionRef<void(std::span<const ObjectId>)>;
    bool targets(ObjectId of, Targets sink);

    /// The same one by one, with paths.
    using Sink = core::FunctionRef<void(const Reference&)>;
    bool visit(ObjectId of, Sink sink);

  private:
    struct Type {
        core::schema::StoredSchema stored;
        bool refers = false;
    };
    const Type* find_type(core::TypeId type);
    const Type& type_of(const ObjectVersion& holder, core::TypeId type);
    void visit_struct(ObjectId from, const ObjectVersion& holder, core::TypeId type,
                      core::Words payload, const std::string& prefix, Sink sink);
    void visit_tree(const VersionHandle& header, Sink sink);
    void tree_targets(const VersionHandle& header, Targets sink);

    const mvcc::Snapshot snapshot_;
    std::map<core::TypeId, std::optional<Type>> types_;
};

/// An entry of a tree in a path: ["alice"]; of the catalog, the root's name: accounts.
std::string entry_text(ObjectId tree, const TreeKind& kind, const KeyBytes& key);

/// Two parts of a path: "a" and "b" are "a.b", "a" and "[1]" are "a[1]".
std::string join_path(const std::string& front, const std::string& back);

}  // namespace vitrine::btree
