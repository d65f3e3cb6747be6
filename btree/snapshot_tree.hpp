#pragma once

#include "btree/nodes.hpp"

namespace vitrine::btree {

/// A tree as a snapshot shows it. The header is read once: it cannot change.
class SnapshotTree final : public TreeReader {
  public:
    SnapshotTree(mvcc::Snapshot snapshot, ObjectId id, TreeKind kind, TreeState state)
        : snapshot_(std::move(snapshot)), id_(id), kind_(std::move(kind)), state_(state) {}

    [[nodiscard]] const TreeKind& kind() const override { return kind_; }
    [[nodiscard]] std::uint64_t id() const override { return id_.value; }
    [[nodiscard]] std::uint64_t size() const override { return state_.count; }
    [[nodiscard]] bool contains(ByteSpan key) const override;
    bool visit(ByteSpan key, const ValueSink& sink) const override;
    void visit_many(std::span<const ByteSpan> keys, const ManySink& sink) const override;
    [[nodiscard]] std::optional<OwnedValue> find(ByteSpan key) const override;
    [[nodiscard]] std::unique_ptr<Cursor> cursor(const Bounds& bounds) const override;
    [[nodiscard]] std::unique_ptr<Cursor> nearest(const Bounds& bounds) const override {
        return cursor(bounds);
    }
    [[nodiscard]] std::vector<KeyBytes> cuts(const Bounds& bounds, std::size_t n) const override;

    /// Requires: an epoch guard for as long as the bytes are used.
    [[nodiscard]] std::optional<ByteSpan> peek(ByteSpan key) const;

  private:
    const mvcc::Snapshot snapshot_;
    const ObjectId id_;
    const TreeKind kind_;
    const TreeState state_;
};

/// At most n - 1 separators that cut the bounds evenly, from the highest level that has enough.
std::vector<KeyBytes> cut_tree(const mvcc::Snapshot& snapshot, const TreeState& tree,
                               const Bounds& bounds, std::size_t n);

}  // namespace vitrine::btree
