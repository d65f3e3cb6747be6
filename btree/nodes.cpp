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

std::string show_key(ByteSpan key, const std::string& key_kind) {
    if (key.size() == kHeadBytes && key_kind.size() <= 3 && key_kind != "str") {
        // Integers: the sign bit is flipped in the encoding of signed ones.
        const std::uint64_t head = head_of(key);
        if (key_kind.front() == 'u') return std::to_string(head);
        if (key_kind.front() == 'i')
            return std::to_string(static_cast<std::int64_t>(head ^ (std::uint64_t{1} << 63)));
    }
    constexpr std::size_t kShown = 40;
    std::string text = "\"";
    for (std::size_t i = 0; i < key.size() && i < kShown; ++i) {
        const auto c = std::to_integer<unsigned char>(key[i]);
        if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
            text += static_cast<char>(c);
        } else {
            text += fmt::format("\\x{:02x}", c);
        }
    }
    return text + (key.size() > kShown ? "…\"" : "\"");
}

}  // namespace vitrine::btree
