#include "btree/nodes.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

namespace vitrine::btree {

void NodeSource::lost(ObjectId id, const ObjectVersion* found) {
    throw CorruptionError(
        found == nullptr ? fmt::format("object #{}, a part of a tree, is missing", id.value)
                         : fmt::format("object #{}, a part of a tree, is of type {:#x}", id.value,
                                       found->type()),
        core::to_ref(id), found == nullptr ? Version{} : found->born());
}

TreeKind kind_of(const TreeHeaderView& header) {
    return {std::string(header.key_kind), std::string(header.value_kind), header.fixed_keys,
            header.form};
}

std::vector<core::Word> build_header(const TreeKind& kind, const TreeState& state) {
    return build_tree_header({kind.key, kind.value, state.count, state.root.value, state.height,
                              kind.fixed_keys, kind.form});
}

void require_kind(const TreeKind& stored, const TreeKind& asked, const std::string& tree) {
    if (stored == asked) return;
    throw TypeError(fmt::format("{} has {} -> {}, not {} -> {}", tree, stored.key, stored.value,
                                asked.key, asked.value));
}

StoredValue stored_value(NodeSource& nodes, const ObjectVersion& leaf_version, const LeafView& leaf,
                         std::uint32_t index) {
    if (!leaf.large(index)) return {leaf.value(index), &leaf_version};
    const LeafView::LargeStub stub = large_stub(leaf, index);
    const ObjectVersion& large = nodes.node(ObjectId{stub.object}, kLargeValueType);
    const ByteSpan bytes = large.aux<ByteSpan>();
    if (bytes.size() != stub.bytes)
        throw CorruptionError(
            fmt::format("object #{}, a large value, has {} bytes instead of {}", stub.object,
                        bytes.size(), stub.bytes),
            AnyRef{stub.object}, large.born());
    return {bytes, &large};
}

}  // namespace vitrine::btree
