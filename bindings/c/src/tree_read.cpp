#include <algorithm>
#include <cstring>
#include <functional>

#include "bindings/c/src/given.hpp"
#include "bindings/c/src/tree.hpp"

namespace vitrine::capi {
namespace {

vitrine_status get(const vitrine_tree& tree, BytesView key, vitrine_bytes& value,
                   vitrine_hold*& hold) {
    check_key_size(tree, key);
    auto found = tree.reader->find(key);
    if (!found) return no_key(tree, key);
    hold = new vitrine_hold{.hold = std::move(found->hold)};
    value = to_bytes(found->bytes);
    return VITRINE_OK;
}

vitrine_status copy(const vitrine_tree& tree, BytesView key, void* buffer, std::size_t capacity,
                    std::size_t* size) {
    check_key_size(tree, key);
    static_cast<void>(to_view(buffer, capacity, "buffer"));
    auto take = [&](BytesView value) {
        const std::size_t copied = std::min(value.size(), capacity);
        if (copied != 0) std::memcpy(buffer, value.data(), copied);
        give(size, value.size());
    };
    const bool found = tree.reader->visit(key, std::ref(take));  // by reference: no allocation
    return found ? VITRINE_OK : no_key(tree, key);
}

vitrine_status nearest(const vitrine_tree& tree, const vitrine_bounds* bounds, vitrine_entry& entry,
                       vitrine_hold*& hold) {
    const auto cursor = tree.reader->nearest(to_bounds(tree, bounds));
    if (cursor == nullptr || !cursor->valid())
        return remember_not_found("the tree has no entry within these bounds");
    auto held = std::make_unique<vitrine_hold>();
    held->key = cursor->key_copy();
    const BytesView value = cursor->value();
    held->hold = cursor->hold_value();
    entry = {to_bytes(held->key), to_bytes(value)};
    hold = held.release();
    return VITRINE_OK;
}

std::uint64_t count(const vitrine_tree& tree, const vitrine_bounds* bounds) {
    std::uint64_t entries = 0;
    for (const auto cursor = tree.reader->cursor(to_bounds(tree, bounds)); cursor->valid();
         cursor->step())
        ++entries;
    return entries;
}

vitrine_keys* cuts(const vitrine_tree& tree, const vitrine_bounds* bounds, std::size_t parts) {
    if (parts == 0) throw UsageError("a tree cannot be cut into 0 parts");
    auto given = std::make_unique<Given<vitrine_keys>>();
    const auto keys = tree.reader->cuts(to_bounds(tree, bounds), parts);
    given->list(given->view.count, given->view.items, keys, [&](const btree::KeyBytes& key) {
        auto* const bytes = given->array<std::byte>(key.size());
        std::copy(key.begin(), key.end(), bytes);
        return vitrine_bytes{bytes, key.size()};
    });
    return hand_over(std::move(given));
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_tree_ref(const vitrine_tree* tree, vitrine_ref* ref) {
    return guarded([&] {
        const Inside inside(transaction_of(tree));
        need(ref, "ref");
        *ref = tree->reader->id();
    });
}

vitrine_status vitrine_tree_kind(const vitrine_tree* tree, const char** key_kind,
                                 const char** value_kind) {
    return guarded([&] {
        give(key_kind, need(tree, "tree").kind.key.c_str());
        give(value_kind, tree->kind.value.c_str());
    });
}

vitrine_status vitrine_tree_size(const vitrine_tree* tree, uint64_t* size) {
    return guarded([&] {
        const Inside inside(transaction_of(tree));
        need(size, "size");
        *size = tree->reader->size();
    });
}

vitrine_status vitrine_tree_contains(const vitrine_tree* tree, const void* key, size_t key_size,
                                     bool* found) {
    return guarded([&] {
        const Inside inside(transaction_of(tree));
        const auto bytes = to_view(key, key_size, "key");
        check_key_size(*tree, bytes);
        need(found, "found");
        *found = tree->reader->contains(bytes);
    });
}

vitrine_status vitrine_tree_get(const vitrine_tree* tree, const void* key, size_t key_size,
                                vitrine_bytes* value, vitrine_hold** hold) {
    return guarded_status([&] {
        const Inside inside(transaction_of(tree));
        return get(*tree, to_view(key, key_size, "key"), need(value, "value"), need(hold, "hold"));
    });
}

vitrine_status vitrine_tree_copy(const vitrine_tree* tree, const void* key, size_t key_size,
                                 void* buffer, size_t capacity, size_t* size) {
    return guarded_status([&] {
        const Inside inside(transaction_of(tree));
        return copy(*tree, to_view(key, key_size, "key"), buffer, capacity, size);
    });
}

vitrine_status vitrine_tree_nearest(const vitrine_tree* tree, const vitrine_bounds* bounds,
                                    vitrine_entry* entry, vitrine_hold** hold) {
    return guarded_status([&] {
        const Inside inside(transaction_of(tree));
        return nearest(*tree, bounds, need(entry, "entry"), need(hold, "hold"));
    });
}

vitrine_status vitrine_tree_count(const vitrine_tree* tree, const vitrine_bounds* bounds,
                                  uint64_t* entries) {
    return guarded([&] {
        const Inside inside(transaction_of(tree));
        need(entries, "count");
        *entries = count(*tree, bounds);
    });
}

vitrine_status vitrine_tree_cuts(const vitrine_tree* tree, const vitrine_bounds* bounds,
                                 size_t parts, vitrine_keys** keys) {
    return guarded([&] {
        const Inside inside(transaction_of(tree));
        need(keys, "keys");
        *keys = cuts(*tree, bounds, parts);
    });
}

}  // extern "C"
