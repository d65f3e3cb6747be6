#include <bit>

#include "bindings/c/src/tree.hpp"
#include "btree/arithmetic.hpp"

namespace vitrine::capi {
namespace {

/// Throws: UsageError for a snapshot's tree.
btree::TreeWriter& writer_of(const vitrine_tree& tree) {
    if (tree.writer == nullptr)
        throw UsageError("a snapshot does not change: open the tree through a transaction");
    return *tree.writer;
}

/// Calls `write(writer, key, value)` with bytes that are what the tree has.
template <class F>
void with_entry(vitrine_tree* tree, const void* key, std::size_t key_size, const void* value,
                std::size_t value_size, F write) {
    const Inside inside(transaction_of(tree));
    btree::TreeWriter& writer = writer_of(*tree);
    const BytesView bytes = to_view(key, key_size, "key");
    check_key(*tree, bytes);
    std::vector<core::Word> aligned;
    write(writer, bytes, check_value(*tree, to_view(value, value_size, "value"), aligned));
}

template <class F>
void with_key(vitrine_tree* tree, const void* key, std::size_t key_size, F write) {
    const Inside inside(transaction_of(tree));
    btree::TreeWriter& writer = writer_of(*tree);
    const BytesView bytes = to_view(key, key_size, "key");
    check_key(*tree, bytes);
    write(writer, bytes);
}

void require_addend(const vitrine_tree& tree, bool of_doubles) {
    const std::string& kind = tree.kind.value;
    if (!btree::is_number(kind) || (kind == "double") != of_doubles)
        throw UsageError(fmt::format("values of kind {} have no adding of {}", kind,
                                     of_doubles ? "a double" : "an integer"));
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_tree_put(vitrine_tree* tree, const void* key, size_t key_size,
                                const void* value, size_t value_size) {
    return guarded([&] {
        with_entry(tree, key, key_size, value, value_size,
                   [](auto& writer, auto k, auto v) { writer.put(k, v); });
    });
}

vitrine_status vitrine_tree_insert(vitrine_tree* tree, const void* key, size_t key_size,
                                   const void* value, size_t value_size, bool* inserted) {
    return guarded([&] {
        with_entry(tree, key, key_size, value, value_size,
                   [&](auto& writer, auto k, auto v) { give(inserted, writer.insert(k, v)); });
    });
}

vitrine_status vitrine_tree_erase(vitrine_tree* tree, const void* key, size_t key_size) {
    return guarded(
        [&] { with_key(tree, key, key_size, [](auto& writer, auto k) { writer.erase(k); }); });
}

vitrine_status vitrine_tree_remove(vitrine_tree* tree, const void* key, size_t key_size,
                                   bool* removed) {
    return guarded([&] {
        with_key(tree, key, key_size,
                 [&](auto& writer, auto k) { give(removed, writer.remove(k)); });
    });
}

vitrine_status vitrine_tree_clear(vitrine_tree* tree) {
    return guarded([&] {
        const Inside inside(transaction_of(tree));
        writer_of(*tree).clear();
    });
}

vitrine_status vitrine_tree_add(vitrine_tree* tree, const void* key, size_t key_size,
                                int64_t delta) {
    return guarded([&] {
        with_key(tree, key, key_size, [&](auto& writer, auto k) {
            require_addend(*tree, false);
            writer.add(k, static_cast<std::uint64_t>(delta));
        });
    });
}

vitrine_status vitrine_tree_add_double(vitrine_tree* tree, const void* key, size_t key_size,
                                       double delta) {
    return guarded([&] {
        with_key(tree, key, key_size, [&](auto& writer, auto k) {
            require_addend(*tree, true);
            writer.add(k, std::bit_cast<std::uint64_t>(delta));
        });
    });
}

}  // extern "C"
