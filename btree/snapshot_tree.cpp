#include "btree/snapshot_tree.hpp"

#include "btree/find_many.hpp"
#include "btree/snapshot_cursor.hpp"

namespace vitrine::btree {

bool SnapshotTree::contains(ByteSpan key) const {
    const mvcc::Epoch::Guard guard;
    SnapshotNodes nodes(snapshot_);
    return find_place(nodes, state_, key).found();
}

std::optional<ByteSpan> SnapshotTree::peek(ByteSpan key) const {
    SnapshotNodes nodes(snapshot_);
    const Place place = find_place(nodes, state_, key);
    if (!place.found()) return std::nullopt;
    return stored_value(nodes, *place.version, *place.leaf, place.position.index).bytes;
}

bool SnapshotTree::visit(ByteSpan key, const ValueSink& sink) const {
    const mvcc::Epoch::Guard guard;
    const std::optional<ByteSpan> value = peek(key);
    if (value) sink(*value);
    return value.has_value();
}

void SnapshotTree::visit_many(std::span<const ByteSpan> keys, const ManySink& sink) const {
    const mvcc::Epoch::Guard guard;
    for (std::size_t first = 0; first < keys.size(); first += kLanes) {
        const auto some = keys.subspan(first, std::min(kLanes, keys.size() - first));
        find_together(snapshot_, state_, some,
                      [&](std::size_t lane, const ByteSpan* value) { sink(first + lane, value); });
    }
}

std::optional<OwnedValue> SnapshotTree::find(ByteSpan key) const {
    const mvcc::Epoch::Guard guard;
    SnapshotNodes nodes(snapshot_);
    const Place place = find_place(nodes, state_, key);
    if (!place.found()) return std::nullopt;
    if (place.leaf->large(place.position.index)) {
        VersionHandle large = hold_large(snapshot_, large_stub(*place.leaf, place.position.index));
        const ByteSpan bytes = large->aux<ByteSpan>();
        return OwnedValue{bytes, {std::move(large), nullptr}};
    }
    VersionHandle leaf = hold_found(snapshot_, *place.version);
    const ByteSpan bytes = leaf->aux<LeafView>().value(place.position.index);
    return OwnedValue{bytes, {std::move(leaf), nullptr}};
}

std::unique_ptr<Cursor> SnapshotTree::cursor(const Bounds& bounds) const {
    return std::make_unique<SnapshotCursor>(snapshot_, state_, bounds);
}

std::vector<KeyBytes> SnapshotTree::cuts(const Bounds& bounds, std::size_t n) const {
    return cut_tree(snapshot_, state_, bounds, n);
}

namespace {

bool within(const KeyBytes& key, const Bounds& bounds) {
    return (!bounds.low || compare_keys(*bounds.low, key) < 0) &&
           (!bounds.high || compare_keys(key, *bounds.high) < 0);
}

// The separators within the bounds, `levels` below the node, in order.
void collect(NodeSource& nodes, ObjectId id, std::uint32_t levels, const Bounds& bounds,
             std::vector<KeyBytes>& out) {
    const ObjectVersion& version = nodes.node(id);
    if (version.type() != kInnerType) return;
    const auto& inner = version.aux<InnerView>();
    for (std::uint32_t i = 0; i < inner.count; ++i) {
        if (i != 0) {
            KeyBytes separator = separator_at(inner, i);
            if (within(separator, bounds)) out.push_back(std::move(separator));
        }
        if (levels == 0) continue;
        // Children beside the bounds have nothing within them.
        const bool above =
            bounds.high && i != 0 && compare_keys(separator_at(inner, i), *bounds.high) >= 0;
        const bool below = bounds.low && i + 1 < inner.count &&
                           compare_keys(separator_at(inner, i + 1), *bounds.low) <= 0;
        if (!above && !below) collect(nodes, ObjectId{inner.children[i]}, levels - 1, bounds, out);
    }
}

}  // namespace

std::vector<KeyBytes> cut_tree(const mvcc::Snapshot& snapshot, const TreeState& tree,
                               const Bounds& bounds, std::size_t n) {
    constexpr std::size_t kPerPart = 8;  // separators for each part make the parts even enough
    if (!tree.root || n < 2) return {};
    const mvcc::Epoch::Guard guard;
    SnapshotNodes nodes(snapshot);
    std::vector<KeyBytes> separators;
    for (std::uint32_t levels = 0; levels + 1 < tree.height; ++levels) {
        separators.clear();
        collect(nodes, tree.root, levels, bounds, separators);
        if (separators.size() >= n * kPerPart) break;
    }
    if (separators.size() + 1 <= n) return separators;
    std::vector<KeyBytes> cuts;
    for (std::size_t part = 1; part < n; ++part)
        cuts.push_back(separators[part * (separators.size() + 1) / n - 1]);
    return cuts;
}

}  // namespace vitrine::btree
