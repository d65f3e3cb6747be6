#include "btree/op_set.hpp"

#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace vitrine::btree {
namespace {

using Model = std::map<std::string, std::string>;

ByteSpan bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string text(ByteSpan span) {
    return {reinterpret_cast<const char*>(span.data()), span.size()};
}

/// Operations whose bytes are its own.
class Ops {
  public:
    void set(OpSet& set, const std::string& key, const std::string& value) {
        Op op;
        const ByteSpan own_key = arena_.copy(bytes(key)), own_value = arena_.copy(bytes(value));
        op.head = head_of(own_key);
        op.key_data = own_key.data();
        op.key_size = static_cast<std::uint32_t>(own_key.size());
        op.value_data = own_value.data();
        op.value_size = own_value.size();
        set.set(op);
    }

  private:
    OpArena arena_;
};

Model forwards(const OpSet& set) {
    Model all;
    std::string last;
    for (auto at = set.begin(); at != set.end(); at = set.next(at)) {
        const std::string key = text(set[at].key());
        EXPECT_TRUE(all.empty() || last < key);
        last = key;
        all.emplace(key, text(set[at].value()));
    }
    return all;
}

Model backwards(const OpSet& set) {
    Model all;
    for (auto at = set.end(); at != set.begin();) {
        at = set.previous(at);
        all.emplace(text(set[at].key()), text(set[at].value()));
    }
    return all;
}

void expect_same(const OpSet& set, const Model& model) {
    ASSERT_EQ(forwards(set), model);
    ASSERT_EQ(backwards(set), model);
    EXPECT_EQ(set.size(), model.size());
    EXPECT_EQ(set.empty(), model.empty());
}

std::string random_key(std::mt19937_64& random) {
    const std::uint64_t n = random() % 600;
    if (n == 0) return "";
    if (n < 20) return std::string(n, '\0');
    return (n % 2 == 0 ? "common beginning " : "x") + std::to_string(n);
}

TEST(OpSetTest, IsAMap) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        Ops ops;
        OpSet set;
        Model model;
        for (int i = 0; i < 3000; ++i) {
            const std::string key = random_key(random);
            if (random() % 3 != 0) {
                const std::string value = std::to_string(i);
                ops.set(set, key, value);
                model[key] = value;
            } else {
                set.remove(bytes(key));
                model.erase(key);
            }
            const std::string probe = random_key(random);
            const Op* found = set.find(bytes(probe));
            ASSERT_EQ(found != nullptr, model.contains(probe));
            const auto at = set.lower_bound(bytes(probe));
            const auto expected = model.lower_bound(probe);
            ASSERT_EQ(at == set.end(), expected == model.end());
            if (expected != model.end()) {
                ASSERT_EQ(text(set[at].key()), expected->first);
            }
        }
        expect_same(set, model);
    }
}

TEST(OpSetTest, CopiesAreIndependent) {
    std::mt19937_64 random(99);
    Ops ops;
    OpSet set;
    Model model;
    std::vector<std::pair<OpSet, Model>> copies;
    for (int i = 0; i < 2000; ++i) {
        const std::string key = random_key(random);
        // Either side of a copy may be the one that changes.
        OpSet& changed = copies.empty() || random() % 2 == 0 ? set : copies.back().first;
        Model& expected = &changed == &set ? model : copies.back().second;
        if (random() % 3 != 0) {
            ops.set(changed, key, std::to_string(i));
            expected[key] = std::to_string(i);
        } else {
            changed.remove(bytes(key));
            expected.erase(key);
        }
        if (i % 100 == 0) copies.emplace_back(set, model);
    }
    expect_same(set, model);
    for (const auto& [copy, then] : copies) expect_same(copy, then);
    copies.front().first.clear();
    expect_same(copies.front().first, {});
    expect_same(set, model);
}

TEST(OpSetTest, RisingAndFallingKeysStayInOrder) {
    Ops ops;
    OpSet rising, falling;
    Model model;
    for (int i = 0; i < 2000; ++i) {
        std::string key(8, '\0');
        store_head(static_cast<std::uint64_t>(i), reinterpret_cast<std::byte*>(key.data()));
        ops.set(rising, key, "v");
        model.emplace(key, "v");
    }
    for (auto entry = model.rbegin(); entry != model.rend(); ++entry)
        ops.set(falling, entry->first, entry->second);
    expect_same(rising, model);
    expect_same(falling, model);
}

TEST(OpArenaTest, BytesStayWhereTheyAreAndAreAligned) {
    OpArena arena;
    std::vector<std::pair<ByteSpan, std::string>> all;
    for (std::size_t i = 0; i < 500; ++i) {
        const std::string value(i * 37 % 9000, static_cast<char>('a' + i % 26));
        all.emplace_back(arena.copy(bytes(value)), value);
    }
    for (const auto& [span, value] : all) {
        EXPECT_EQ(text(span), value);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(span.data()) % 8, 0U);
    }
}

}  // namespace
}  // namespace vitrine::btree
