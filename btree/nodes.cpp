#include "btree/nodes.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

namespace vitrine::btree {

void NodeSource::lost(ObjectId id, const ObjectVersion* found) {
    throw CorruptionError(found == nullptr
                              ? fmt::format("object #{}, a part of a tree, is missing", id.value)
                              : fmt::format("object #{}, a part of a tree, is of type {:#x}",
                                            id.value, found->type()),
                          core::to_ref(id), found == nullptr ? Version{} : found->born());
}

TreeKind kind_of(const TreeHeaderView& header) {
    return {std::string(header.key_kind), std::string(header.value_kind), header.fixed_keys,
            header.form};
}

core::WordBuffer build_header(const TreeKind& kind, const TreeState& state) {
    return build_tree_header({kind.key, kind.value, state.count, state.root.value, state.height,
                              kind.fixed_keys, kind.form});
}

void require_kind(const TreeKind& stored, const TreeKind& asked, const std::string& tree) {
    if (stored == asked) return;
    throw TypeError(fmt::format("{} has {} -> {}, not {} -> {}", tree, stored.key, stored.value,
                                asked.key, asked.value));
}

namespace {

void check_large(const ObjectVersion& large, const LeafView::LargeStub& stub) {
    const std::size_t bytes = large.aux<ByteSpan>().size();
    if (bytes == stub.bytes) return;
    throw CorruptionError(fmt::format("object #{}, a large value, has {} bytes instead of {}",
                                      stub.object, bytes, stub.bytes),
                          AnyRef{stub.object}, large.born());
}

}  // namespace

VersionHandle hold_node(const mvcc::Snapshot& snapshot, ObjectId id) {
    VersionHandle held = snapshot.find(id);
    if (!held || (held->type() != kLeafType && held->type() != kInnerType))
        NodeSource::lost(id, held.get());
    return held;
}

VersionHandle hold_large(const mvcc::Snapshot& snapshot, const LeafView::LargeStub& stub) {
    const ObjectId id{stub.object};
    VersionHandle held = snapshot.find(id);
    if (!held || held->type() != kLargeValueType) NodeSource::lost(id, held.get());
    check_large(*held, stub);
    return held;
}

VersionHandle hold_found(const mvcc::Snapshot& snapshot, const ObjectVersion& found) {
    if (found.try_acquire()) return VersionHandle::adopt(&found);
    VersionHandle held = snapshot.find(found.id());
    if (!held) NodeSource::lost(found.id(), nullptr);
    return held;
}

bool same_value(const std::optional<ByteSpan>& a, const std::optional<ByteSpan>& b) {
    if (a.has_value() != b.has_value()) return false;
    return !a || (a->size() == b->size() &&
                  (a->empty() || std::memcmp(a->data(), b->data(), a->size()) == 0));
}

StoredValue stored_value(NodeSource& nodes, const ObjectVersion& leaf_version, const LeafView& leaf,
                         std::uint32_t index) {
    if (!leaf.large(index)) return {leaf.value(index), &leaf_version};
    const LeafView::LargeStub stub = large_stub(leaf, index);
    const ObjectVersion& large = nodes.node(ObjectId{stub.object}, kLargeValueType);
    check_large(large, stub);
    return {large.aux<ByteSpan>(), &large};
}

}  // namespace vitrine::btree
