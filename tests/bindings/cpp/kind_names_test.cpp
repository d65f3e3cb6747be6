#include "bindings/cpp/src/kind_names.hpp"

#include <cstdint>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include <vitrine/vitrine.hpp>

#include "tests/bindings/cpp/accounts.capnp.h"

namespace vitrine::detail {
namespace {

template <class K, class V>
void expect_same() {
    const btree::TreeKind& typed = kind_of_tree<K, V>().kind;
    EXPECT_EQ(kind_named(typed.key, typed.value), typed) << typed.key << " -> " << typed.value;
}

TEST(KindNamesTest, NameGivesTheKindThatTypesGive) {
    expect_same<std::int64_t, std::string>();
    expect_same<std::int8_t, double>();
    expect_same<std::uint64_t, bool>();
    expect_same<double, Bytes>();
    expect_same<std::string, Unit>();
    expect_same<Bytes, Ref<accounts::Account>>();
    expect_same<std::tuple<std::string, std::int16_t, Bytes>, accounts::Account>();
    expect_same<std::tuple<double>, TreeRef<std::int32_t, TreeRef<std::string, std::uint8_t>>>();
}

TEST(KindNamesTest, RefusesWhatIsNoKind) {
    for (const char* keys : {"", "i7", "I8", "bool", "()", "(,)", "(i8,)", "(i8", "((i8))", "i8 "})
        EXPECT_THROW(kind_named(keys, "i8"), UsageError) << keys;
    for (const char* values :
         {"", "(i8)", "ref", "ref 0x1", "ref 0x00000000000000FF", "struct 0x0000000000000000",
          "tree", "tree i8", "tree i8 -> ", "tree  -> i8", "tree i8 -> tree bool -> i8", "root"})
        EXPECT_THROW(kind_named("i8", values), UsageError) << values;
}

TEST(KindNamesTest, TakesTuplesApart) {
    EXPECT_TRUE(is_tuple("(i8)"));
    EXPECT_FALSE(is_tuple("i8"));
    EXPECT_EQ(fields_of("(string,i64,u8)"), (std::vector<std::string_view>{"string", "i64", "u8"}));
}

}  // namespace
}  // namespace vitrine::detail
