#pragma once

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "btree/leaf.hpp"
#include "core/word_buffer.hpp"

// What the tests of leaves have in common.

namespace vitrine::btree::samples {

using Words = core::WordBuffer;
using Model = std::map<std::string, std::string>;

inline constexpr LeafKind kStrings{.fixed_keys = false, .form = ValueForm::bytes};
inline constexpr LeafKind kNumbers{.fixed_keys = true, .form = ValueForm::word};

inline ByteSpan bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

inline std::string text(ByteSpan span) {
    return {reinterpret_cast<const char*>(span.data()), span.size()};
}

inline std::string text(const std::vector<std::byte>& vector) { return text(ByteSpan(vector)); }

inline std::string number_key(std::uint64_t number) {
    std::string key(kHeadBytes, '\0');
    store_head(number, reinterpret_cast<std::byte*>(key.data()));
    return key;
}

inline std::vector<Entry> entries(const Model& model) {
    std::vector<Entry> all;
    for (const auto& [key, value] : model) all.push_back({bytes(key), bytes(value), false});
    return all;
}

/// A leaf that owns its record.
struct Built {
    Words words;
    LeafView view;
    Built(std::span<const Entry> all, LeafKind kind)
        : words(build_leaf(all, kind)), view(view_leaf(words)) {}
};

/// Keys of the kinds that go wrong: empty, zero bytes, one the beginning of another, long common
/// beginnings, a difference beyond the head.
class Keys {
  public:
    explicit Keys(std::uint64_t seed) : random_(seed) {}

    std::string make(bool fixed) {
        if (fixed) return number_key(pick(3) == 0 ? random_() : random_() >> (pick(8) * 8));
        static const std::string kStarts[] = {"", "user:", "a common beginning of many keys/"};
        std::string key = start_.empty() ? kStarts[pick(3)] : start_;
        const std::size_t size = pick(20);
        for (std::size_t i = 0; i < size; ++i) key += "\0\0ab\xFF"[pick(5)];
        return key;
    }
    void start_all_with(std::string start) { start_ = std::move(start); }
    std::size_t pick(std::size_t below) { return random_() % below; }

    Model model(std::size_t size, LeafKind kind) {
        Model all;
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t value = kind.form == ValueForm::bytes  ? pick(pick(4) == 0 ? 200 : 20)
                                      : kind.form == ValueForm::word ? 8
                                                                     : 0;
            all[make(kind.fixed_keys)] = std::string(value, static_cast<char>('A' + pick(26)));
        }
        return all;
    }

  private:
    std::mt19937_64 random_;
    std::string start_;
};

inline void expect_same_search(const LeafView& leaf, const Model& model, const std::string& key) {
    const auto at = model.lower_bound(key);
    const auto index = static_cast<std::uint32_t>(std::distance(model.begin(), at));
    const Position position = locate(leaf, bytes(key));
    EXPECT_EQ(position.index, index) << testing::PrintToString(key);
    EXPECT_EQ(position.found, model.contains(key)) << testing::PrintToString(key);
    EXPECT_EQ(lower_bound(leaf, bytes(key)), index);
}

inline void expect_holds(const LeafView& leaf, const Model& model) {
    ASSERT_EQ(leaf.count, model.size());
    std::uint32_t i = 0;
    for (const auto& [key, value] : model) {
        EXPECT_EQ(text(key_at(leaf, i)), key);
        EXPECT_EQ(text(leaf.value(i)), value);
        ++i;
    }
    check_order(leaf);
}

}  // namespace vitrine::btree::samples
