#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/arithmetic.hpp"
#include "btree/key_text.hpp"
#include "btree/verify_run.hpp"
#include "core/payload.hpp"
#include "mvcc/store.hpp"

namespace vitrine::btree {
namespace {

// The type id at the end of "struct 0x…" and "ref 0x…"; 0 for other kinds.
core::TypeId type_in(const std::string& value_kind, std::string_view word) {
    if (value_kind.rfind(word, 0) != 0) return 0;
    const std::size_t at = value_kind.find("0x");
    return at == std::string::npos ? 0 : std::stoull(value_kind.substr(at), nullptr, 16);
}

}  // namespace

struct VerifyRun::Walk {
    ObjectId tree;
    TreeKind kind;
    std::uint64_t entries = 0;
    core::TypeId value_struct = 0;
    core::TypeId value_ref = 0;
    bool value_tree = false;
    std::optional<KeyBytes> last{};
};

void VerifyRun::check_tree(const VersionHandle& header) {
    const auto& view = header->aux<TreeHeaderView>();
    Walk walk{header->id(), kind_of(view)};
    walk.value_struct = type_in(walk.kind.value, "struct ");
    walk.value_ref = type_in(walk.kind.value, "ref ");
    walk.value_tree = walk.kind.value.rfind("tree ", 0) == 0;
    const std::uint64_t met_before = met_;
    if (view.root != 0) check_node(walk, ObjectId{view.root}, view.height, {}, {});
    report_.entries += walk.entries;
    if (walk.entries != view.count && met_ == met_before)
        fault(header->id(), header->born(),
              fmt::format("tree #{} has {} entries and says {}", header->id().value, walk.entries,
                          view.count));
}

void VerifyRun::check_node(Walk& walk, ObjectId id, std::uint32_t height,
                           const std::optional<KeyBytes>& low,
                           const std::optional<KeyBytes>& high) {
    tick(id.value);
    VersionHandle node;
    try {
        node = snapshot_.find(id);
        if (!node)
            return fault(id, {},
                         fmt::format("object #{}, a node of tree #{}, is missing", id.value,
                                     walk.tree.value));
        const bool leaf = node->type() == kLeafType;
        if (!leaf && node->type() != kInnerType)
            return fault(id, node->born(),
                         fmt::format("object #{} is in the place of a node of tree #{}", id.value,
                                     walk.tree.value));
        if (leaf != (height == 1))
            return fault(id, node->born(),
                         fmt::format("object #{} is on the wrong level of tree #{}", id.value,
                                     walk.tree.value));
        ++report_.nodes;
        const auto outside = [&](const KeyBytes& key) {
            return (low && compare_keys(key, *low) < 0) || (high && compare_keys(key, *high) >= 0);
        };
        if (leaf) {
            const auto& view = node->aux<LeafView>();
            check_order(view);
            if (view.count == 0 || view.fixed_keys != walk.kind.fixed_keys ||
                view.form != walk.kind.form)
                throw std::runtime_error("a leaf is empty or of another kind than its tree");
            if (outside(key_at(view, 0)) || outside(key_at(view, view.count - 1)))
                throw std::runtime_error("a leaf has keys outside of its part of the tree");
            walk.entries += view.count;
            return check_leaf(walk, node);
        }
        const auto& inner = node->aux<InnerView>();
        check_order(inner);
        for (std::uint32_t i = 0; i < inner.count; ++i) {
            const auto from = i == 0 ? low : std::optional(separator_at(inner, i));
            const auto to = i + 1 == inner.count ? high : std::optional(separator_at(inner, i + 1));
            if (i != 0 && outside(*from))
                throw std::runtime_error("an inner node has separators outside of its part");
            check_node(walk, ObjectId{inner.children[i]}, height - 1, from, to);
        }
    } catch (const CancelledError&) {
        throw;
    } catch (const CorruptionError& error) {
        fault(error.object() ? core::to_id(error.object()) : id, error.version(), error.what());
    } catch (const std::exception& error) {
        fault(id, node ? node->born() : Version{},
              fmt::format("object #{}, a node of tree #{}: {}", id.value, walk.tree.value,
                          error.what()));
    }
}

void VerifyRun::check_leaf(Walk& walk, const VersionHandle& leaf) {
    const auto& view = leaf->aux<LeafView>();
    const bool refers = walk.value_struct != 0 || walk.value_ref != 0 || walk.value_tree;
    for (std::uint32_t i = 0; i < view.count; ++i) {
        if (!view.large(i)) {
            if (refers)
                check_value(walk, *leaf, view.value(i),
                            "[" + key_text(walk.kind, ByteSpan(key_at(view, i))) + "]");
            continue;
        }
        const LeafView::LargeStub stub = large_stub(view, i);
        const VersionHandle large = snapshot_.find(ObjectId{stub.object});
        if (!large || large->type() != kLargeValueType ||
            large->aux<ByteSpan>().size() != stub.bytes) {
            fault(ObjectId{stub.object}, large ? large->born() : Version{},
                  fmt::format("object #{}, a large value of tree #{}, is missing or not it",
                              stub.object, walk.tree.value));
        } else if (refers) {
            check_value(walk, *large, large->aux<ByteSpan>(),
                        "[" + key_text(walk.kind, ByteSpan(key_at(view, i))) + "]");
        }
    }
}

void VerifyRun::check_value(Walk& walk, const ObjectVersion& holder, ByteSpan value,
                            const std::string& path) {
    if (walk.value_struct == 0) {
        const ObjectId target{word_of(value)};
        if (target) check_reference(holder, target, walk.value_ref, walk.value_tree, path);
        return;
    }
    const core::Words payload{reinterpret_cast<const core::Word*>(value.data()),
                              value.size() / sizeof(core::Word)};
    if (const char* fault_found = core::find_payload_fault(payload)) {
        fault(holder.id(), holder.born(),
              fmt::format("the value {} of tree #{}: {}", path, walk.tree.value, fault_found));
        return;
    }
    check_references(holder, walk.value_struct, payload, path + ".");
}

}  // namespace vitrine::btree
