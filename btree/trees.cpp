#include "btree/trees.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/arithmetic.hpp"
#include "btree/key_text.hpp"
#include "btree/snapshot_tree.hpp"
#include "btree/tree_edits.hpp"

namespace vitrine::btree {
namespace {

ByteSpan bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::optional<SnapshotTree> catalog_of(const mvcc::Snapshot& snapshot) {
    const mvcc::Epoch::Guard guard;
    const ObjectVersion* header = snapshot.peek(kCatalog);
    if (header == nullptr) return std::nullopt;
    return std::optional<SnapshotTree>(std::in_place, snapshot, kCatalog, catalog_kind(),
                                       state_of(header->aux<TreeHeaderView>()));
}

// What an id refers to; a root may dangle.
Root describe(const mvcc::Snapshot& snapshot, core::ObjectId id) {
    const mvcc::Epoch::Guard guard;
    const ObjectVersion* version = snapshot.peek(id);
    if (version == nullptr) return {id, 0, std::nullopt};
    if (version->type() != kTreeHeaderType) return {id, version->type(), std::nullopt};
    return {id, 0, kind_of(version->aux<TreeHeaderView>())};
}

void require_name(std::string_view name) {
    if (name.size() > kMaxKeyBytes)
        throw UsageError(fmt::format("a root name has {} bytes, the most is {}: {}", name.size(),
                                     kMaxKeyBytes, bytes_text(bytes_of(name))));
}

}  // namespace

std::shared_ptr<const TreeReader> open_tree(const mvcc::Snapshot& snapshot, core::ObjectId id,
                                            const TreeKind& kind) {
    const mvcc::Epoch::Guard guard;
    const ObjectVersion* header = snapshot.peek(id);
    if (header == nullptr || id == kCatalog)
        throw NotFoundError(fmt::format("there is no tree #{}", id.value));
    if (header->type() != kTreeHeaderType)
        throw TypeError(fmt::format("object #{} is not a tree", id.value));
    const auto& view = header->aux<TreeHeaderView>();
    TreeKind stored = kind_of(view);
    require_kind(stored, kind, fmt::format("tree #{}", id.value));
    return std::make_shared<SnapshotTree>(snapshot, id, std::move(stored), state_of(view));
}

std::optional<Root> find_root(const mvcc::Snapshot& snapshot, std::string_view name) {
    const auto catalog = catalog_of(snapshot);
    if (!catalog) return std::nullopt;
    const auto value = catalog->find(bytes_of(name));
    if (!value) return std::nullopt;
    return describe(snapshot, core::ObjectId{word_of(value->bytes)});
}

std::vector<std::pair<std::string, Root>> roots(const mvcc::Snapshot& snapshot) {
    std::vector<std::pair<std::string, Root>> found;
    const auto catalog = catalog_of(snapshot);
    if (!catalog) return found;
    for (const auto cursor = catalog->cursor({}); cursor->valid(); cursor->step()) {
        const ByteSpan name = cursor->key();
        found.emplace_back(std::string(reinterpret_cast<const char*>(name.data()), name.size()),
                           describe(snapshot, core::ObjectId{word_of(cursor->value())}));
    }
    return found;
}

std::optional<TreeKind> kind_of(const mvcc::Snapshot& snapshot, core::ObjectId id) {
    return describe(snapshot, id).tree;
}

std::optional<ByteSpan> peek(const TreeReader& tree, ByteSpan key) {
    return static_cast<const SnapshotTree&>(tree).peek(key);
}

std::shared_ptr<TreeWriter> edit_tree(mvcc::Transaction& transaction, std::string_view root_name,
                                      const TreeKind& kind) {
    transaction.require_active();
    require_name(root_name);
    return transaction.participant<TreeEdits>().named(root_name, kind);
}

std::shared_ptr<TreeWriter> edit_tree(mvcc::Transaction& transaction, core::ObjectId id,
                                      const TreeKind& kind) {
    transaction.require_active();
    return transaction.participant<TreeEdits>().opened(id, kind);
}

core::ObjectId create_tree(mvcc::Transaction& transaction, const TreeKind& kind) {
    transaction.require_active();
    return transaction.participant<TreeEdits>().made(kind)->state().id;
}

std::shared_ptr<TreeWriter> restore_tree(mvcc::Transaction& transaction, core::ObjectId id,
                                         const TreeKind& kind) {
    transaction.require_active();
    return transaction.participant<TreeEdits>().restored(id, kind);
}

std::optional<Root> find_root(mvcc::Transaction& transaction, std::string_view name) {
    transaction.require_active();
    auto& edits = transaction.participant<TreeEdits>();
    const auto value = edits.catalog().find(bytes_of(name));
    if (!value) return std::nullopt;
    const core::ObjectId id{word_of(value->bytes)};
    if (auto kind = edits.kind_of(id)) return Root{id, 0, std::move(kind)};
    if (edits.erased(id)) return Root{id, 0, std::nullopt};
    const auto object = transaction.find(id);
    return Root{id, object ? object->type : 0, std::nullopt};
}

void set_root(mvcc::Transaction& transaction, std::string_view name, core::ObjectId id) {
    transaction.require_active();
    require_name(name);
    auto& edits = transaction.participant<TreeEdits>();
    const bool is_tree = edits.kind_of(id).has_value();
    const auto object = is_tree || edits.erased(id) ? std::nullopt : transaction.find(id);
    if (!is_tree && (!object || is_part_of_tree(object->type)))
        throw NotFoundError(fmt::format("there is no object #{} to be root {}", id.value,
                                        bytes_text(bytes_of(name))));
    edits.release_name(name);
    edits.catalog().put(bytes_of(name), std::as_bytes(std::span(&id.value, 1)));
}

void erase_root(mvcc::Transaction& transaction, std::string_view name) {
    transaction.require_active();
    require_name(name);
    auto& edits = transaction.participant<TreeEdits>();
    edits.release_name(name);
    edits.catalog().erase(bytes_of(name));
}

void erase(mvcc::Transaction& transaction, core::ObjectId id) {
    transaction.require_active();
    auto& edits = transaction.participant<TreeEdits>();
    if (id == kCatalog) throw NotFoundError("there is no object #1");
    if (const auto kind = edits.kind_of(id)) {
        edits.erase_tree(id, *kind);
    } else if (edits.erased(id)) {
        throw NotFoundError(fmt::format("tree #{} was erased in this transaction", id.value));
    } else if (const auto object = transaction.find(id); object && is_part_of_tree(object->type)) {
        throw NotFoundError(fmt::format("object #{} is a part of a tree", id.value));
    } else {
        transaction.erase(id);
    }
}

}  // namespace vitrine::btree
