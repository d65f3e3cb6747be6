#pragma once

#include <random>

#include <gtest/gtest.h>

#include "tests/btree/tree_model.hpp"

namespace vitrine::btree::test {

/// What keys and values look like.
struct Flavour {
    enum class Keys { fixed, text, tuple } keys = Keys::fixed;
    enum class Values { none, word, small, large } values = Values::word;
    std::uint64_t range = 40;  ///< how many different keys there are, about

    [[nodiscard]] TreeKind kind() const {
        const bool fixed = keys == Keys::fixed;
        const char* key = fixed ? "u64" : keys == Keys::text ? "string" : "(i32,string)";
        if (values == Values::none) return {key, "unit", fixed, ValueForm::none};
        if (values == Values::word) return {key, "i64", fixed, ValueForm::word};
        return {key, "string", fixed, ValueForm::bytes};
    }
};

/// Does the same random things to a tree in a transaction and to the model, and compares what both
/// answer.
class RandomEdits {
  public:
    RandomEdits(std::uint64_t seed, Flavour flavour) : random_(seed), flavour_(flavour) {}

    std::size_t below(std::size_t end) { return random_() % end; }
    bool chance(std::size_t one_in) { return below(one_in) == 0; }

    std::string key() { return key_of(below(flavour_.range)); }
    std::string key_of(std::uint64_t n) const {
        if (flavour_.keys == Flavour::Keys::fixed) return number(n * 0x0123'4567'89AB);
        if (flavour_.keys == Flavour::Keys::tuple) {
            std::string tuple(4, '\0');
            tuple[0] = n % 3 == 0 ? '\x7f' : '\x80';
            tuple[3] = static_cast<char>(n % 5);
            tuple += std::string(n % 7, 'x') + (n % 2 == 0 ? std::string("\0\xff", 2) : "");
            return tuple + std::to_string(n) + std::string(2, '\0');
        }
        // One the beginning of another, zeros at the end, none at all, long common beginnings.
        if (n == 0) return "";
        if (n % 5 == 0) return std::string(n / 5, '\0');
        if (n % 5 == 1) return std::string(n / 5 + 1, 'a');
        return "station-" + std::string(n % 5 * 9, '-') + std::to_string(n);
    }
    std::string value() {
        switch (flavour_.values) {
            case Flavour::Values::none: return {};
            case Flavour::Values::word: return word(below(3));  // often the same
            case Flavour::Values::small: return std::string(below(30), letter());
            case Flavour::Values::large: break;
        }
        constexpr std::size_t kSizes[] = {0, 7, 8, 1023, 1024, 1025, 1032, 3000, 5000};
        return std::string(kSizes[below(std::size(kSizes))], letter());
    }
    Bounds bounds() {
        Bounds some;
        if (!chance(3)) some.low = key_bytes(key());
        if (!chance(3)) some.high = key_bytes(key());
        some.high_included = chance(2);
        some.reversed = chance(2);
        return some;
    }

    void write(TreeWriter& tree, TreeModel& model) {
        const std::string k = key();
        switch (below(10)) {
            case 0:
            case 1:
            case 2: {
                const std::string v = value();
                tree.put(bytes(k), bytes(v));
                return model.put(k, v);
            }
            case 3: {
                const std::string v = value();
                EXPECT_EQ(tree.insert(bytes(k), bytes(v)), model.insert(k, v));
                return;
            }
            case 4:
            case 5: tree.erase(bytes(k)); return model.erase(k);
            case 6: EXPECT_EQ(tree.remove(bytes(k)), model.remove(k)); return;
            case 7: {
                if (flavour_.values != Flavour::Values::word) return;
                const std::uint64_t delta = below(3) - 1;
                tree.add(bytes(k), delta);
                return model.add(k, delta);
            }
            case 8: return write_run(tree, model);
            default:
                if (!chance(4)) return;
                tree.clear();
                return model.clear();
        }
    }

    void read(TreeWriter& tree, TreeModel& model) {
        const std::string k = key();
        switch (below(6)) {
            case 0: {
                const auto found = tree.find(bytes(k));
                const auto expected = model.find(k);
                ASSERT_EQ(found.has_value(), expected.has_value());
                if (found) {
                    EXPECT_EQ(text(found->bytes), *expected);
                }
                return;
            }
            case 1: EXPECT_EQ(tree.contains(bytes(k)), model.contains(k)); return;
            case 2: {
                std::optional<std::string> seen;
                tree.visit(bytes(k), [&](ByteSpan v) { seen = text(v); });
                EXPECT_EQ(seen, model.find(k));
                return;
            }
            case 3: EXPECT_EQ(tree.size(), model.size()); return;
            case 4: {
                const Bounds near = bounds();
                const auto cursor = tree.nearest(near);
                const auto expected = model.iterate(near, 0);
                ASSERT_EQ(cursor->valid(), !expected.empty());
                if (cursor->valid()) {
                    EXPECT_EQ(text(cursor->key_copy()), expected[0].first);
                }
                return;
            }
            default: return iterate(tree, model);
        }
    }

    /// Cursors that stay open when the transaction commits.
    std::vector<std::unique_ptr<Cursor>> left_open;

  private:
    char letter() { return static_cast<char>('a' + below(3)); }

    void write_run(TreeWriter& tree, TreeModel& model) {
        const bool erase = chance(2);
        const std::size_t first = below(flavour_.range), count = below(flavour_.range / 2) + 1;
        for (std::size_t n = first; n < std::min<std::size_t>(first + count, flavour_.range); ++n) {
            const std::string k = key_of(n);
            if (erase) {
                tree.erase(bytes(k));
                model.erase(k);
            } else {
                const std::string v = value();
                tree.put(bytes(k), bytes(v));
                model.put(k, v);
            }
        }
    }

    void iterate(TreeWriter& tree, TreeModel& model) {
        const Bounds part = bounds();
        const std::size_t steps = chance(3) ? 1000 : below(8);
        const auto expected = model.iterate(part, steps);
        auto cursor = tree.cursor(part);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            ASSERT_TRUE(cursor->valid());
            ASSERT_EQ(text(cursor->key_copy()), expected[i].first);
            ASSERT_EQ(text(cursor->value()), expected[i].second);
            if (i < steps) cursor->step();
        }
        if (expected.size() <= steps) {
            ASSERT_FALSE(cursor->valid());
        }
        if (chance(2)) left_open.push_back(std::move(cursor));
    }

    std::mt19937_64 random_;
    const Flavour flavour_;
};

}  // namespace vitrine::btree::test
