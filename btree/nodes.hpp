#pragma once

#include <optional>
#include <string>

#include <vitrine/detail/tree_reader.hpp>

#include "btree/inner.hpp"
#include "btree/large_value.hpp"
#include "btree/leaf.hpp"
#include "btree/node_types.hpp"
#include "btree/tree_header.hpp"
#include "core/word_buffer.hpp"
#include "mvcc/commit_context.hpp"
#include "mvcc/snapshot.hpp"
#include "mvcc/store.hpp"

namespace vitrine::btree {

using core::ObjectId;
using mvcc::ObjectVersion;
using mvcc::VersionHandle;

/// Where the nodes of a tree are read: a snapshot, or the newest state inside a commit. What it gives
/// is borrowed: it lives as long as the epoch guard that the caller is in.
class NodeSource {
  public:
    NodeSource() = default;
    NodeSource(const NodeSource&) = delete;
    NodeSource& operator=(const NodeSource&) = delete;

    /// Null when there is no such object.
    virtual const ObjectVersion* find(ObjectId id) = 0;

    /// A node that must be there. Throws: CorruptionError (absent is not lost).
    const ObjectVersion& node(ObjectId id, core::TypeId type) {
        const ObjectVersion* found = find(id);
        if (found == nullptr || found->type() != type) [[unlikely]]
            lost(id, found);
        return *found;
    }
    /// A node of either kind: what a child id leads to.
    const ObjectVersion& node(ObjectId id) {
        const ObjectVersion* found = find(id);
        if (found == nullptr || (found->type() != kLeafType && found->type() != kInnerType))
            [[unlikely]]
            lost(id, found);
        return *found;
    }

    [[noreturn]] static void lost(ObjectId id, const ObjectVersion* found);

  protected:
    ~NodeSource() = default;
};

class SnapshotNodes final : public NodeSource {
  public:
    explicit SnapshotNodes(const mvcc::Snapshot& snapshot)
        : store_(snapshot.store()), at_(snapshot.version()) {}
    const ObjectVersion* find(ObjectId id) override {
        const ObjectVersion* found = store_.node_at(id, at_);
        return found == nullptr || found->tombstone() ? nullptr : found;
    }

  private:
    mvcc::Store& store_;
    const Version at_;
};

class NewestNodes final : public NodeSource {
  public:
    explicit NewestNodes(mvcc::CommitContext& context) : context_(context) {}
    const ObjectVersion* find(ObjectId id) override { return context_.newest(id); }

  private:
    mvcc::CommitContext& context_;
};

/// A tree's state in one version: what its header says.
struct TreeState {
    std::uint64_t count = 0;
    ObjectId root{};
    std::uint32_t height = 0;
};
inline TreeState state_of(const TreeHeaderView& header) {
    return {header.count, ObjectId{header.root}, header.height};
}

/// A kind as the header stores it, and back.
TreeKind kind_of(const TreeHeaderView& header);
core::WordBuffer build_header(const TreeKind& kind, const TreeState& state);
/// Throws: TypeError naming both kinds, unless they are the same.
void require_kind(const TreeKind& stored, const TreeKind& asked, const std::string& tree);

/// Where a key is, or would be. Null version: the tree is empty.
struct Place {
    const ObjectVersion* version = nullptr;
    const LeafView* leaf = nullptr;
    Position position{};
    [[nodiscard]] bool found() const { return leaf != nullptr && position.found; }
};

/// Cost: one node per level. Throws: CorruptionError. Requires: an epoch guard.
/// A template, so that the calls into a source of known type are inline: this is the hot path.
template <class Source>
Place find_place(Source& nodes, const TreeState& tree, ByteSpan key) {
    if (!tree.root) return {};
    ObjectId id = tree.root;
    for (;;) {
        const ObjectVersion* version = nodes.find(id);
        if (version == nullptr) [[unlikely]]
            NodeSource::lost(id, version);
        if (version->type() == kLeafType) {
            const auto& leaf = version->template aux<LeafView>();
            return {version, &leaf, locate(leaf, key)};
        }
        if (version->type() != kInnerType) [[unlikely]]
            NodeSource::lost(id, version);
        const auto& inner = version->template aux<InnerView>();
        id = ObjectId{inner.children[child_index(inner, key)]};
    }
}

/// A value wherever it lies; `holder` is the version whose bytes it is.
struct StoredValue {
    ByteSpan bytes{};
    const ObjectVersion* holder = nullptr;
};
/// Whether two values are the same bytes, or both absent.
bool same_value(const std::optional<ByteSpan>& a, const std::optional<ByteSpan>& b);

StoredValue stored_value(NodeSource& nodes, const ObjectVersion& leaf_version, const LeafView& leaf,
                         std::uint32_t index);

/// A handle to a node, which must be there. Throws: CorruptionError.
VersionHandle hold_node(const mvcc::Snapshot& snapshot, ObjectId id);
/// The same for a large value. Throws: CorruptionError when it is not what the stub says.
VersionHandle hold_large(const mvcc::Snapshot& snapshot, const LeafView::LargeStub& stub);
/// A handle to a version found under the current epoch guard; to another copy of it when it was
/// evicted meanwhile.
VersionHandle hold_found(const mvcc::Snapshot& snapshot, const ObjectVersion& found);

}  // namespace vitrine::btree
