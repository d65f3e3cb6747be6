#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/stress/histories/session.hpp"

namespace vitrine::test {

/// Places in the tree "places" that are taken and given up, in groups. Two rules hold for each group,
/// and only a key that came to a range after it was read can break them: no two places are closer
/// than kApart, and between kLeast and kMost are taken.
class Ranges {
  public:
    static constexpr bool kGrowing = false;
    static constexpr Key kTree = Key{4} << 56;
    static constexpr std::uint64_t kGroups = 6;
    static constexpr std::uint64_t kWidth = 400;
    static constexpr std::uint64_t kApart = 8;
    static constexpr std::size_t kLeast = 4;
    static constexpr std::size_t kMost = 30;

    explicit Ranges(Session& session) : me_(session) {}

    static void prepare(Store& store) {
        store.transact([](Transaction& tx) {
            static_cast<void>(tx.tree<std::uint64_t, std::uint64_t>("places").ref());
        });
    }
    void fill() {
        me_.transact(
            [&](Transaction& tx) {
                for (std::uint64_t group = 0; group < kGroups; ++group)
                    for (std::uint64_t i = 0; i < kLeast + 3; ++i)
                        take(tx, group * kWidth + i * 50);
            },
            false);
    }
    void step() {
        if (me_.one_in(6))
            return me_.look([&](const auto& source) {
                const std::uint64_t all = kGroups * kWidth;
                const std::string broken = broken_rule(scan(source, 0, all));
                if (broken.empty() || me_.arena().isolation == Isolation::snapshot) return;
                me_.arena().findings.add("a snapshot shows " + broken);
            });
        me_.transact([&](Transaction& tx) {
            const Savepoint before = tx.savepoint();
            if (me_.one_in(10)) {  // all for nothing, but what was read stays read
                me_.note({.kind = Op::Kind::savepoint});
                change(tx, me_.below(kGroups));
                tx.rollback_to(before);
                me_.note({.kind = Op::Kind::roll_back});
            }
            for (std::uint64_t i = 1 + me_.below(2); i > 0; --i) change(tx, me_.below(kGroups));
        });
    }

    using Places = std::vector<std::pair<Key, List>>;

    /// Which rule a state breaks; nothing when none. `places` are of all groups.
    static std::string broken_rule(const Places& places) {
        std::vector<std::size_t> counts(kGroups);
        for (std::size_t i = 0; i < places.size(); ++i) {
            const std::uint64_t at = places[i].first - kTree;
            ++counts.at(at / kWidth);
            const std::uint64_t before = i == 0 ? 0 : places[i - 1].first - kTree;
            if (i > 0 && before / kWidth == at / kWidth && at - before < kApart)
                return "places " + std::to_string(before) + " and " + std::to_string(at);
        }
        for (const std::size_t count : counts)
            if (count < kLeast || count > kMost)
                return std::to_string(count) + " places in one group";
        return {};
    }

  private:
    static Key low_of(std::uint64_t group) { return group * kWidth; }
    static Key high_of(std::uint64_t group) { return (group + 1) * kWidth; }

    void change(Transaction& tx, std::uint64_t group) {
        switch (me_.below(6)) {
            case 0: take_between_neighbours(tx, group); break;
            case 1: give_up_one(tx, group); break;
            case 2: give_up_first(tx, group); break;
            case 3: count_all(tx); [[fallthrough]];
            default: take_where_free(tx, group);
        }
    }

    /// Stops at `most`; then the range that was seen ends there.
    template <class Source>
    Places scan(const Source& source, std::uint64_t low, std::uint64_t high, bool reversed = false,
                std::size_t most = ~std::size_t{0}) {
        return scan_tree(
            const_cast<Source&>(source).template tree<std::uint64_t, std::uint64_t>("places"), low,
            high, reversed, most);
    }
    template <class Tree>
    Places scan_tree(const Tree& tree, std::uint64_t low, std::uint64_t high, bool reversed,
                     std::size_t most) {
        Op op{.kind = Op::Kind::scan, .key = kTree | low, .end = kTree | high};
        const auto range = tree.range(low, high);
        for (auto [key, value] : reversed ? range.reversed() : range) {
            op.entries.push_back({kTree | key, {value}});
            if (op.entries.size() < most) continue;
            (reversed ? op.key : op.end) = (kTree | key) + (reversed ? 0 : 1);
            break;
        }
        if (reversed) std::reverse(op.entries.begin(), op.entries.end());
        Places places = op.entries;
        me_.note(std::move(op));
        return places;
    }

    void take(Transaction& tx, std::uint64_t at) {
        const Element value = me_.fresh();
        const bool fresh = tx.tree<std::uint64_t, std::uint64_t>("places").insert(at, value);
        note_presence(at, !fresh);
        if (fresh) me_.note({.kind = Op::Kind::put, .key = kTree | at, .list = {value}});
    }
    void give_up(Transaction& tx, std::uint64_t at) {
        const bool there = tx.tree<std::uint64_t, std::uint64_t>("places").remove(at);
        note_presence(at, there);
        if (there) me_.note({.kind = Op::Kind::erase, .key = kTree | at});
    }
    void note_presence(std::uint64_t at, bool there) {
        me_.note({.kind = Op::Kind::count,
                  .key = kTree | at,
                  .end = (kTree | at) + 1,
                  .number = there ? std::uint64_t{1} : std::uint64_t{0}});
    }

    void take_where_free(Transaction& tx, std::uint64_t group) {
        const Places places = scan(tx, low_of(group), high_of(group), me_.one_in(2));
        const std::uint64_t at = low_of(group) + me_.below(kWidth);
        const bool free = std::all_of(places.begin(), places.end(), [&](const auto& one) {
            const std::uint64_t other = one.first - kTree;
            return other + kApart <= at || at + kApart <= other;
        });
        if (free && places.size() < kMost) take(tx, at);
    }
    // Knows of two keys only: who is next on either side. The count is the rule's, and is read too.
    void take_between_neighbours(Transaction& tx, std::uint64_t group) {
        const std::uint64_t at = low_of(group) + me_.below(kWidth);
        const auto tree = tx.tree<std::uint64_t, std::uint64_t>("places");
        const auto below = tree.floor(at);
        const std::uint64_t low = below ? below->key : 0;
        note_nearest(low, at + 1,
                     below ? std::optional(std::pair(low, below->value)) : std::nullopt);
        const auto above = tree.ceiling(at);
        const std::uint64_t high = above ? above->key : ~std::uint64_t{0} >> 8;
        note_nearest(at, high + 1,
                     above ? std::optional(std::pair(high, above->value)) : std::nullopt);
        const bool far_below = !below || low < low_of(group) || low + kApart <= at;
        const bool far_above = !above || high >= high_of(group) || at + kApart <= high;
        if (!far_below || !far_above) return;
        if (scan(tx, low_of(group), high_of(group)).size() < kMost) take(tx, at);
    }
    void note_nearest(std::uint64_t low, std::uint64_t end,
                      std::optional<std::pair<std::uint64_t, std::uint64_t>> found) {
        Op op{.kind = Op::Kind::scan, .key = kTree | low, .end = kTree | end};
        if (found) op.entries.push_back({kTree | found->first, {found->second}});
        me_.note(std::move(op));
    }
    // Sees no more than it must: enough places from one end to know that one can go.
    void give_up_one(Transaction& tx, std::uint64_t group) {
        const Places places =
            scan(tx, low_of(group), high_of(group), me_.one_in(2), kLeast + 1 + me_.below(4));
        if (places.size() <= kLeast) return;
        give_up(tx, places[me_.below(places.size())].first - kTree);
    }
    void give_up_first(Transaction& tx, std::uint64_t group) {
        if (scan(tx, low_of(group), high_of(group), true, kLeast + 1).size() <= kLeast) return;
        const auto first = tx.tree<std::uint64_t, std::uint64_t>("places").ceiling(low_of(group));
        note_nearest(low_of(group), first->key + 1, std::pair(first->key, first->value));
        give_up(tx, first->key);
    }
    void count_all(Transaction& tx) {
        if (!me_.one_in(8)) return;  // conflicts with nearly everybody
        const auto size = tx.tree<std::uint64_t, std::uint64_t>("places").size();
        me_.note(
            {.kind = Op::Kind::count, .key = kTree, .end = kTree + (Key{1} << 56), .number = size});
    }

    Session& me_;
};

}  // namespace vitrine::test
