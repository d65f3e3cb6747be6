#include "btree/node_types.hpp"

#include <new>
#include <type_traits>

#include "btree/inner.hpp"
#include "btree/large_value.hpp"
#include "btree/leaf.hpp"
#include "btree/tree_header.hpp"

namespace vitrine::btree {
namespace {

template <auto view>
constexpr mvcc::TypeTraits traits_of(core::TypeId type) {
    using View = decltype(view(core::Words{}));
    // A version is freed without a destructor for its aux part, and the record follows it.
    static_assert(std::is_trivially_destructible_v<View>);
    static_assert(sizeof(View) % sizeof(core::Word) == 0 && alignof(View) <= alignof(core::Word));
    return {type, sizeof(View),
            [](void* aux, core::Words payload) { new (aux) View(view(payload)); },
            is_part_of_tree(type)};
}

constexpr mvcc::TypeTraits kTraits[] = {
    traits_of<view_leaf>(kLeafType),
    traits_of<view_inner>(kInnerType),
    traits_of<view_tree_header>(kTreeHeaderType),
    traits_of<view_large_value>(kLargeValueType),
};

}  // namespace

std::span<const mvcc::TypeTraits> node_traits() { return kTraits; }

}  // namespace vitrine::btree
