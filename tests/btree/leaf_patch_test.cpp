#include "btree/leaf_patch.hpp"

#include <deque>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "btree/merge.hpp"
#include "core/log/delta.hpp"
#include "core/word_buffer.hpp"

namespace vitrine::btree {
namespace {

using Bytes = std::vector<std::byte>;

ByteSpan span_of(const Bytes& bytes) { return {bytes.data(), bytes.size()}; }

/// Random entries of a leaf and operations on it.
class Case {
  public:
    Case(std::uint64_t seed, ValueForm form) : random_(seed), kind_{true, form} {
        std::map<std::uint64_t, Bytes> all;
        for (std::size_t n = random_() % 40; n != 0; --n) all[random_() % 60] = value();
        std::vector<Entry> entries;
        for (const auto& [key, bytes] : all) {
            const Bytes& value = values_.emplace_back(bytes);
            entries.push_back({span_of(key_of(key)), span_of(value), false});
        }
        payload_ = build_leaf(entries, kind_);
        view_ = view_leaf(payload_);
        for (std::size_t n = 1 + random_() % 6; n != 0; --n) {
            const std::uint64_t key = random_() % 62;
            Op op;
            op.kind = form == ValueForm::word && random_() % 4 == 0 ? Op::Kind::add : Op::Kind::put;
            // Sometimes what is there already.
            const bool same = all.contains(key) && random_() % 4 == 0;
            const Bytes& to = values_.emplace_back(same ? all[key] : value());
            const Bytes& bytes = key_of(key);
            op.head = head_of(span_of(bytes));
            op.key_data = bytes.data();
            op.key_size = static_cast<std::uint32_t>(bytes.size());
            op.value_data = to.data();
            op.value_size = to.size();
            ops_.set(op);
        }
    }

    [[nodiscard]] std::optional<LeafPatch> plan(Limits limits = {}) const {
        return LeafPatch::plan(view_, ops_, ops_.begin(), ops_.end(), "i64", limits);
    }
    void merge_into(Merged& merged) const {
        merge(merged, &view_, 0, view_.count, ops_, ops_.begin(), ops_.end(), "i64");
    }
    [[nodiscard]] const core::WordBuffer& payload() const { return payload_; }
    [[nodiscard]] LeafKind kind() const { return kind_; }
    [[nodiscard]] std::uint32_t count() const { return view_.count; }

  private:
    Bytes value() {
        if (kind_.form == ValueForm::none) return {};
        Bytes bytes(kind_.form == ValueForm::word ? 8 : random_() % 120);
        for (std::byte& byte : bytes) byte = std::byte(random_() % 100);
        return bytes;
    }
    const Bytes& key_of(std::uint64_t number) {
        Bytes bytes(8);
        for (std::size_t i = 0; i < 8; ++i) bytes[7 - i] = std::byte(number >> (8 * i));
        return values_.emplace_back(std::move(bytes));
    }

    std::mt19937_64 random_;
    LeafKind kind_;
    std::deque<Bytes> values_;  // keys too
    core::WordBuffer payload_;
    LeafView view_;
    OpSet ops_;
};

constexpr ValueForm kForms[] = {ValueForm::none, ValueForm::word, ValueForm::bytes};

TEST(LeafPatchTest, MakesWhatTheLongWayMakes) {
    for (const ValueForm form : kForms) {
        int patched = 0;
        for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
            SCOPED_TRACE(seed);
            const Case one(seed, form);
            Merged merged;
            one.merge_into(merged);
            const auto patch = one.plan();
            ASSERT_TRUE(patch);
            ASSERT_EQ(patch->changes(), merged.changed);
            EXPECT_EQ(patch->added(), merged.added);
            if (!patch->changes()) continue;
            const LeafPatch::Patched made = patch->apply(one.payload());
            ASSERT_EQ(made.payload, build_leaf(merged.entries, one.kind()));
            const auto delta = made.delta();
            if (delta.empty()) continue;
            ++patched;
            EXPECT_EQ(core::log::apply_delta(one.payload(), delta, made.payload.size()),
                      made.payload);
        }
        EXPECT_GT(patched, 300);
    }
}

TEST(LeafPatchTest, LeavesWhatDoesNotFitToTheLongWay) {
    int refused = 0;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        const Case one(seed, ValueForm::bytes);
        Merged merged;
        one.merge_into(merged);
        if (merged.entries.empty()) continue;
        const std::size_t bytes = leaf_row_bytes(merged.entries, one.kind());
        EXPECT_TRUE(one.plan({.max_row_bytes = bytes}));
        EXPECT_FALSE(one.plan({.max_row_bytes = bytes - 1}));
        EXPECT_TRUE(one.plan({.max_entries = merged.entries.size()}));
        if (merged.entries.size() > one.count()) {
            ++refused;
            EXPECT_FALSE(one.plan({.max_entries = merged.entries.size() - 1}));
        }
    }
    EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace vitrine::btree
