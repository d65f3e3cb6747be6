#include "btree/tree_header.hpp"

#include <numeric>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "btree/inner.hpp"
#include "btree/large_value.hpp"
#include "btree/leaf.hpp"
#include "btree/node_types.hpp"
#include "core/payload.hpp"

namespace vitrine::btree {
namespace {

const TreeHeaderView kHeader{.key_kind = "(string,i64)",
                             .value_kind = "struct 0xe28a6ac3b0f0a7c5",
                             .count = 123'456'789'012,
                             .root = 42,
                             .height = 3,
                             .fixed_keys = false,
                             .form = ValueForm::bytes};

TEST(TreeHeaderTest, GivesBackWhatItWasBuiltFrom) {
    const auto words = build_tree_header(kHeader);
    ASSERT_EQ(core::find_payload_fault(words), nullptr);
    const TreeHeaderView header = view_tree_header(words);
    EXPECT_EQ(header.key_kind, kHeader.key_kind);
    EXPECT_EQ(header.value_kind, kHeader.value_kind);
    EXPECT_EQ(header.count, kHeader.count);
    EXPECT_EQ(header.root, kHeader.root);
    EXPECT_EQ(header.height, kHeader.height);
    EXPECT_EQ(header.fixed_keys, kHeader.fixed_keys);
    EXPECT_EQ(header.form, kHeader.form);
    EXPECT_EQ(build_tree_header(header), words);
}

TEST(TreeHeaderTest, AnEmptyTreeHasNoRoot) {
    const TreeHeaderView header = view_tree_header(
        build_tree_header({.key_kind = "i64", .value_kind = "unit", .form = ValueForm::none}));
    EXPECT_EQ(header.root, 0u);
    EXPECT_EQ(header.height, 0u);
}

TEST(TreeHeaderTest, RefusesARootWithoutHeightAndAnUnknownForm) {
    TreeHeaderView header = kHeader;
    header.height = 0;
    EXPECT_THROW(view_tree_header(build_tree_header(header)), std::runtime_error);
    header = kHeader;
    header.form = static_cast<ValueForm>(3);
    EXPECT_THROW(view_tree_header(build_tree_header(header)), std::runtime_error);
    EXPECT_THROW(view_tree_header({}), std::runtime_error);
}

TEST(TreeHeaderTest, RefusesATextWithoutItsZero) {
    auto words = build_tree_header(kHeader);
    words.back() = ~std::uint64_t{0};  // the end of the last text
    EXPECT_THROW(view_tree_header(words), std::runtime_error);
}

TEST(LargeValueTest, GivesBackItsBytesAligned) {
    for (const std::size_t size : {0, 1, 7, 8, 9, 100'000}) {
        std::vector<std::byte> value(size, std::byte{0x5A});
        const auto words = build_large_value(value);
        ASSERT_EQ(core::find_payload_fault(words), nullptr);
        const ByteSpan view = view_large_value(words);
        EXPECT_TRUE(std::equal(view.begin(), view.end(), value.begin(), value.end()));
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(view.data()) % 8, 0u);
    }
}

TEST(NodeTraitsTest, PreparesTheViewOfEachType) {
    const auto prepare = [](core::TypeId type, core::Words payload, void* aux, std::size_t bytes) {
        for (const mvcc::TypeTraits& traits : node_traits()) {
            if (traits.type != type) continue;
            EXPECT_EQ(traits.aux_bytes, bytes);
            traits.prepare(aux, payload);
            return;
        }
        ADD_FAILURE() << "no traits for " << type;
    };
    const auto key = std::as_bytes(std::span("12345678", 8));
    const Entry entry{key, key, false};
    const auto leaf_words = build_leaf(std::span(&entry, 1), {});
    const Child child{key, 9};
    const auto inner_words = build_inner(std::span(&child, 1), true);
    const auto header_words = build_tree_header(kHeader);
    const auto large_words = build_large_value(key);

    LeafView leaf;
    prepare(kLeafType, leaf_words, &leaf, sizeof leaf);
    EXPECT_EQ(leaf.count, 1u);
    InnerView inner;
    prepare(kInnerType, inner_words, &inner, sizeof inner);
    EXPECT_EQ(inner.children[0], 9u);
    TreeHeaderView header;
    prepare(kTreeHeaderType, header_words, &header, sizeof header);
    EXPECT_EQ(header.root, 42u);
    ByteSpan large;
    prepare(kLargeValueType, large_words, &large, sizeof large);
    EXPECT_EQ(large.size(), 8u);
}

}  // namespace
}  // namespace vitrine::btree
