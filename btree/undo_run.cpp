#include "btree/undo_run.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/arithmetic.hpp"
#include "btree/key_text.hpp"
#include "btree/tree_diff.hpp"
#include "btree/trees.hpp"
#include "mvcc/past.hpp"
#include "mvcc/working_copy.hpp"

namespace vitrine::btree {
namespace {

bool is_tree(const VersionHandle& version) { return version && version->type() == kTreeHeaderType; }

// Whether an object is, for the transaction, what a version says; an empty one: absent.
bool same_object(const std::optional<mvcc::ObjectState>& now, const VersionHandle& then) {
    if (!now || !then) return !now && !then;
    return now->type == then->type() && mvcc::same_content(now->payload, then->payload());
}

// Null: absent.
ObjectId id_in(const std::optional<ByteSpan>& value) {
    return value ? ObjectId{word_of(*value)} : ObjectId{};
}

}  // namespace

UndoRun::UndoRun(mvcc::Transaction& transaction, mvcc::Snapshot before, mvcc::Snapshot after)
    : transaction_(transaction), before_(std::move(before)), after_(std::move(after)) {
    plan_.version = after_.version();
}

void UndoRun::change(ObjectId id, std::string key, std::string what) {
    plan_.changes.push_back({core::to_ref(id), std::move(key), std::move(what), {}});
}

void UndoRun::conflict(ObjectId id, std::string key, std::string what, Version with) {
    plan_.conflicts.push_back({core::to_ref(id), std::move(key), std::move(what), with});
}

Version UndoRun::last_change(ObjectId id) const {
    const auto history = mvcc::history(transaction_.store(), id);
    return history.empty() ? transaction_.base().version() : history.front().info.version;
}

Version UndoRun::last_change(ObjectId tree, ByteSpan key) const {
    const mvcc::Epoch::Guard guard;
    SnapshotNodes nodes(transaction_.base());
    const ObjectVersion* header = nodes.find(tree);
    if (header == nullptr) return transaction_.base().version();
    const Place place = find_place(nodes, state_of(header->aux<TreeHeaderView>()), key);
    return place.version == nullptr ? header->born() : place.version->born();
}

void UndoRun::take_back(ObjectId changed) {
    if (changed == kCatalog) return take_back_roots();
    const VersionHandle was = before_.find(changed);
    const VersionHandle became = after_.find(changed);
    if (is_tree(was) || is_tree(became)) {
        take_back_tree(changed, is_tree(was), is_tree(became));
    } else {
        take_back_object(changed, was, became);
    }
}

void UndoRun::take_back_object(ObjectId id, const VersionHandle& was, const VersionHandle& became) {
    if (was && became && was->type() != became->type())
        return conflict(id, "", "was made another type by the commit", after_.version());
    const auto now = transaction_.find(id);
    if (same_object(now, became)) {
        if (was) {
            transaction_.restore(id, was->type(), was->payload());
            change(id, "",
                   fmt::format("{} its value of version {}",
                               became ? "gets back" : "comes back with", was->born().value()));
        } else if (now) {
            transaction_.erase(id);
            change(id, "", "is erased");
        }
    } else if (!same_object(now, was)) {
        conflict(id, "", now ? "was changed again" : "was erased", last_change(id));
    }
}

void UndoRun::take_back_tree(ObjectId id, bool was_there, bool is_left) {
    auto& edits = transaction_.participant<TreeEdits>();
    const std::optional<TreeKind> now = edits.kind_of(id);
    const mvcc::Snapshot& base = transaction_.base();
    if (was_there && is_left) {
        if (!now) return conflict(id, "", "was erased", last_change(id));
        if (kind_of(before_, id) != kind_of(after_, id))
            return conflict(id, "", "was given another kind by the commit", after_.version());
        take_back_keys(id, *edits.opened(id, *now), *now);
    } else if (is_left) {  // the commit made it
        if (!now) return;
        if (!same_trees(after_, base, id))
            return conflict(id, "", "was made by the commit and changed again", last_change(id));
        // So that a commit meanwhile conflicts, whatever it puts into the tree.
        const auto tree = edits.opened(id, *now);
        for (const auto cursor = tree->cursor({}); cursor->valid();) cursor->step();
        edits.erase_tree(id, *now);
        change(id, "", "is erased with all its entries");
    } else if (!now) {  // the commit erased it
        bring_back_tree(id);
    } else if (!same_trees(before_, base, id)) {
        conflict(id, "", "came back and was changed", last_change(id));
    }
}

void UndoRun::take_back_keys(ObjectId id, TreeWriter& tree, const TreeKind& kind) {
    diff_trees(before_, after_, id, [&](const KeyChange& key) {
        const std::optional<OwnedValue> now = tree.find(key.key);
        const auto bytes = now ? std::optional(now->bytes) : std::nullopt;
        const std::string shown = key_text(kind, key.key);
        if (same_value(bytes, key.after)) {
            if (key.before) {
                tree.put(key.key, *key.before);
            } else {
                tree.erase(key.key);
            }
            change(id, shown, key.before ? "gets back its value" : "is erased");
        } else if (!same_value(bytes, key.before)) {
            conflict(id, shown, now ? "was changed again" : "was erased", last_change(id, key.key));
        }
        return true;
    });
}

void UndoRun::bring_back_tree(ObjectId id) {
    const VersionHandle header = before_.find(id);
    const TreeKind kind = kind_of(header->aux<TreeHeaderView>());
    const auto old_tree = open_tree(before_, id, kind);
    const auto tree = restore_tree(transaction_, id, kind);
    for (const auto cursor = old_tree->cursor({}); cursor->valid(); cursor->step())
        tree->put(cursor->key_copy(), cursor->value());
    change(id, "", fmt::format("comes back with its {} entries", old_tree->size()));
}

void UndoRun::take_back_roots() {
    diff_trees(before_, after_, kCatalog, [&](const KeyChange& key) {
        take_back_root({reinterpret_cast<const char*>(key.key.data()), key.key.size()},
                       id_in(key.before), id_in(key.after));
        return true;
    });
}

void UndoRun::take_back_root(std::string_view name, ObjectId was, ObjectId became) {
    const auto root = find_root(transaction_, name);
    const ObjectId now = root ? root->id : ObjectId{};
    if (now == became && !was) {
        erase_root(transaction_, name);
        change(kCatalog, std::string(name), "is erased");
    } else if (now == became) {
        try {
            set_root(transaction_, name, was);
            change(kCatalog, std::string(name), fmt::format("refers to #{} again", was.value));
        } catch (const NotFoundError&) {
            conflict(kCatalog, std::string(name),
                     fmt::format("referred to #{}, which was erased", was.value), last_change(was));
        }
    } else if (now != was) {
        conflict(kCatalog, std::string(name), now ? "was set again" : "was erased",
                 last_change(kCatalog, std::as_bytes(std::span(name))));
    }
}

}  // namespace vitrine::btree
