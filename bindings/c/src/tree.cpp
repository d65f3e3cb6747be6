#include "bindings/c/src/tree.hpp"

#include <vitrine/tree_range.hpp>

#include "bindings/c/src/keys.hpp"
#include "bindings/c/src/struct_size.hpp"
#include "btree/key_text.hpp"

namespace vitrine::capi {
namespace {

std::optional<btree::KeyBytes> bound(const vitrine_tree& tree, const vitrine_bytes& given,
                                     const char* name) {
    if (given.data == nullptr && given.size == 0) return std::nullopt;
    const BytesView key = to_view(given.data, given.size, name);
    check_key_size(tree, key);
    return btree::KeyBytes{key.begin(), key.end()};
}

void set_prefix(const vitrine_tree& tree, const vitrine_bytes& given, btree::Bounds& bounds) {
    if (bounds.low || bounds.high || bounds.high_included)
        throw UsageError("bounds have a prefix, and low or high too");
    if (tree.kind.fixed_keys)
        throw UsageError(fmt::format("keys of kind {} have no prefix", tree.kind.key));
    const BytesView prefix = to_view(given.data, given.size, "bounds.prefix.data");
    check_key_size(tree, prefix);
    bounds.low.emplace(prefix.begin(), prefix.end());
    bounds.high = detail::end_of_prefix(prefix);
}

}  // namespace

BytesView to_view(const void* data, std::size_t size, const char* name) {
    if (data == nullptr && size != 0)
        throw UsageError(fmt::format("{} is NULL, and has {} bytes", name, size));
    return {static_cast<const std::byte*>(data), size};
}

void check_key_size(const vitrine_tree& tree, BytesView key) {
    if (tree.kind.fixed_keys && key.size() != sizeof(std::uint64_t))
        throw UsageError(fmt::format("an encoded key of kind {} has 8 bytes, not {}", tree.kind.key,
                                     key.size()));
    if (key.size() > btree::kMaxKeyBytes) detail::throw_key_too_long(key);
}

void check_key(const vitrine_tree& tree, BytesView key) {
    check_key_size(tree, key);
    if (!is_key(tree.kind.key, key))
        throw UsageError(
            fmt::format("{} is no encoded key of kind {}", btree::bytes_text(key), tree.kind.key));
}

vitrine_status no_key(const vitrine_tree& tree, BytesView key) {
    return remember_not_found(fmt::format("there is no key {} in this tree of {} -> {}",
                                          btree::key_text(tree.kind, key), tree.kind.key,
                                          tree.kind.value));
}

btree::Bounds to_bounds(const vitrine_tree& tree, const vitrine_bounds* given) {
    btree::Bounds bounds;
    const vitrine_bounds taken = take(given, "bounds");
    bounds.low = bound(tree, taken.low, "bounds.low.data");
    bounds.high = bound(tree, taken.high, "bounds.high.data");
    bounds.high_included = taken.high_included;
    bounds.reversed = taken.reversed;
    if (taken.prefix.data != nullptr || taken.prefix.size != 0)
        set_prefix(tree, taken.prefix, bounds);
    return bounds;
}

TransactionState* transaction_of(const vitrine_tree* tree) {
    return need(tree, "tree").transaction.get();
}

}  // namespace vitrine::capi
