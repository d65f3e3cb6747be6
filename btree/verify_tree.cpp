#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/arithmetic.hpp"
#include "btree/references.hpp"
#include "btree/tree_edits.hpp"
#include "btree/value_kind.hpp"
#include "btree/verify_run.hpp"
#include "core/payload.hpp"
#include "core/schema/misfit.hpp"
#include "mvcc/store.hpp"

namespace vitrine::btree {
struct VerifyRun::Walk {
    ObjectId tree;
    TreeKind kind;
    std::uint64_t entries = 0;
    ValueKind values{};
    std::optional<KeyBytes> last{};
};

void VerifyRun::check_tree(const VersionHandle& header) {
    const auto& view = header->aux<TreeHeaderView>();
    Walk walk{header->id(), kind_of(view)};
    // Roots are told apart from other references (check_roots).
    if (header->id() != kCatalog) walk.values = value_kind_of(walk.kind);
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
        parts_seen_.set(id);
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
    } catch (const std::bad_alloc&) {  // says nothing about the node
        throw;
    } catch (const std::exception& error) {
        fault(id, node ? node->born() : Version{},
              fmt::format("object #{}, a node of tree #{}: {}", id.value, walk.tree.value,
                          error.what()));
    }
}

void VerifyRun::check_leaf(Walk& walk, const VersionHandle& leaf) {
    const auto& view = leaf->aux<LeafView>();
    const bool refers = walk.values.what != ValueKind::plain;
    const auto place = [&](std::uint32_t i) {
        return entry_text(walk.tree, walk.kind, key_at(view, i));
    };
    for (std::uint32_t i = 0; i < view.count; ++i) {
        if (!view.large(i)) {
            if (refers) check_value(walk, *leaf, view.value(i), place(i));
            continue;
        }
        const LeafView::LargeStub stub = large_stub(view, i);
        parts_seen_.set(ObjectId{stub.object});
        const VersionHandle large = snapshot_.find(ObjectId{stub.object});
        if (!large || large->type() != kLargeValueType ||
            large->aux<ByteSpan>().size() != stub.bytes) {
            fault(ObjectId{stub.object}, large ? large->born() : Version{},
                  fmt::format("object #{}, a large value of tree #{}, is missing or not it",
                              stub.object, walk.tree.value));
        } else if (refers) {
            check_value(walk, *large, large->aux<ByteSpan>(), place(i));
        }
    }
}

void VerifyRun::check_value(Walk& walk, const ObjectVersion& holder, ByteSpan value,
                            const std::string& path) {
    if (walk.values.what != ValueKind::structure) {
        const ObjectId target{word_of(value)};
        if (target)
            check_reference(walk.tree, holder, target, walk.values.type,
                            walk.values.what == ValueKind::tree, path);
        return;
    }
    const core::Words payload{reinterpret_cast<const core::Word*>(value.data()),
                              value.size() / sizeof(core::Word)};
    if (const char* fault_found = core::find_payload_fault(payload)) {
        fault(holder.id(), holder.born(),
              fmt::format("the value {} of tree #{}: {}", path, walk.tree.value, fault_found));
        return;
    }
    if (const auto stored = store_.types().find(walk.values.type)) {
        if (const auto misfit = core::schema::find_misfit(stored->schema, payload))
            return fault(holder.id(), holder.born(),
                         fmt::format("the value {} of tree #{} does not fit its type: {}", path,
                                     walk.tree.value, *misfit));
    }
    check_references(walk.tree, holder, walk.values.type, payload, path);
}

}  // namespace vitrine::btree
