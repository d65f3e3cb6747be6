#include "bindings/c/src/tree.hpp"

namespace vitrine::capi {
namespace {

void stand_on(vitrine_cursor& cursor, const vitrine_tree& tree) {
    cursor.trees.push_back(tree.reader);
    if (tree.transaction) cursor.transactions.push_back(tree.transaction);
}

vitrine_cursor* walk(const vitrine_tree& tree, const vitrine_bounds* bounds) {
    auto cursor = std::make_unique<vitrine_cursor>();
    stand_on(*cursor, tree);
    cursor->kind = tree.kind;
    cursor->single = tree.reader->cursor(to_bounds(tree, bounds));
    return cursor.release();
}

detail::Merge to_merge(vitrine_merge merge) {
    switch (merge) {
        case VITRINE_UNION: return detail::Merge::unite;
        case VITRINE_INTERSECTION: return detail::Merge::intersect;
        case VITRINE_DIFFERENCE: return detail::Merge::subtract;
        default: throw UsageError(fmt::format("there is no merge {}", merge));
    }
}

vitrine_cursor* walk_both(const vitrine_tree& a, const vitrine_tree& b, vitrine_merge merge) {
    const detail::Merge how = to_merge(merge);
    if (a.kind.key != b.kind.key || (how == detail::Merge::unite && a.kind.value != b.kind.value))
        throw TypeError(fmt::format("a tree of {} -> {} and one of {} -> {} cannot be merged",
                                    a.kind.key, a.kind.value, b.kind.key, b.kind.value));
    auto cursor = std::make_unique<vitrine_cursor>();
    stand_on(*cursor, a);
    stand_on(*cursor, b);
    cursor->kind = a.kind;
    cursor->merged.emplace(a.reader->cursor({}), b.reader->cursor({}), how, a.kind.fixed_keys);
    return cursor.release();
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_tree_cursor(const vitrine_tree* tree, const vitrine_bounds* bounds,
                                   vitrine_cursor** cursor) {
    return guarded([&] {
        const Inside inside(transaction_of(tree));
        need(cursor, "cursor");
        *cursor = walk(*tree, bounds);
    });
}

vitrine_status vitrine_tree_merge(const vitrine_tree* a, const vitrine_tree* b, vitrine_merge merge,
                                  vitrine_cursor** cursor) {
    return guarded([&] {
        const Inside in_a(need(a, "a").transaction.get());
        const Inside in_b(need(b, "b").transaction.get());
        need(cursor, "cursor");
        *cursor = walk_both(*a, *b, merge);
    });
}

void vitrine_cursor_free(vitrine_cursor* cursor) { delete cursor; }

}  // extern "C"
