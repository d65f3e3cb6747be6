#pragma once

#include <algorithm>
#include <set>

#include "tests/btree/fixture.hpp"

namespace vitrine::btree::test {

/// What a transaction does to one tree, and when it conflicts, by the rules of the interface and
/// without nodes: a map, operations per key, and what was read.
class TreeModel {
  public:
    TreeModel(Content base, bool serializable)
        : base_(std::move(base)), serializable_(serializable) {}

    struct Op {
        enum class Kind { put, erase, add } kind;
        std::string value{};  // add: the sum of deltas
    };
    struct State {
        std::map<std::string, Op> ops{};
        bool cleared = false;
    };
    State state;  // savepoints are copies of it; what was read stays read

    // -- the answers ------------------------------------------------------------------------------
    [[nodiscard]] Content view() const { return result(base_); }

    std::optional<std::string> find(const std::string& key) {
        const auto op = state.ops.find(key);
        if (!state.cleared && (op == state.ops.end() || op->second.kind == Op::Kind::add))
            values_.insert(key);
        const Content now = view();
        const auto found = now.find(key);
        return found == now.end() ? std::nullopt : std::optional(found->second);
    }
    bool contains(const std::string& key) { return present(key, presence_); }
    std::size_t size() {
        if (!state.cleared) {
            count_ = true;
            for (const auto& [key, op] : state.ops) presence_.insert(key);
        }
        return view().size();
    }
    /// Goes at most `steps` entries far from the beginning of the bounds.
    std::vector<std::pair<std::string, std::string>> iterate(const Bounds& bounds,
                                                             std::size_t steps) {
        const Content part = cut(view(), bounds);
        std::vector<std::pair<std::string, std::string>> all(part.begin(), part.end());
        if (bounds.reversed) std::reverse(all.begin(), all.end());
        Bounds seen = bounds;
        if (all.size() > steps) {
            // It stands on the last one shown.
            if (bounds.reversed) {
                seen.low = key_bytes(all[steps].first);
            } else {
                seen.high = key_bytes(all[steps].first);
                seen.high_included = true;
            }
            all.resize(steps + 1);
        }
        if (!state.cleared) ranges_.push_back(seen);
        return all;
    }

    // -- the changes ------------------------------------------------------------------------------
    void put(const std::string& key, const std::string& value) {
        state.ops.insert_or_assign(key, Op{Op::Kind::put, value});
    }
    bool insert(const std::string& key, const std::string& value) {
        if (present(key, reported_)) return false;
        put(key, value);
        return true;
    }
    void erase(const std::string& key) {
        if (state.cleared) {
            state.ops.erase(key);
        } else {
            state.ops.insert_or_assign(key, Op{Op::Kind::erase});
        }
    }
    bool remove(const std::string& key) {
        if (!present(key, reported_)) return false;
        erase(key);
        return true;
    }
    void clear() {
        state.ops.clear();
        state.cleared = true;
    }
    void add(const std::string& key, std::uint64_t delta) {
        const auto op = state.ops.find(key);
        if (op == state.ops.end()) {
            state.ops.emplace(key, Op{Op::Kind::add, word(delta)});
        } else if (op->second.kind == Op::Kind::erase) {
            op->second = {Op::Kind::put, word(delta)};
        } else {
            op->second.value = sum(op->second.value, delta);
        }
    }

    // -- the commit -------------------------------------------------------------------------------
    [[nodiscard]] bool writes() const { return state.cleared || !state.ops.empty(); }

    /// Why it must conflict with what became of the tree; nothing when it must not.
    [[nodiscard]] std::optional<std::string> conflict(const Content& newest) const {
        if (!writes() && reported_.empty()) return std::nullopt;
        for (const auto& [key, op] : state.ops) {
            if (op.kind == Op::Kind::add || get(base_, key) == get(newest, key)) continue;
            const auto mine =
                op.kind == Op::Kind::put ? std::optional(op.value) : std::optional<std::string>();
            if (get(newest, key) != mine) return "written: " + key;
        }
        for (const auto& key : reported_)
            if (base_.contains(key) != newest.contains(key)) return "presence reported: " + key;
        if (!serializable_) return std::nullopt;
        for (const auto& key : presence_)
            if (base_.contains(key) != newest.contains(key)) return "presence read: " + key;
        for (const auto& key : values_)
            if (get(base_, key) != get(newest, key)) return "value read: " + key;
        if (count_ && base_.size() != newest.size()) return "count read";
        for (const auto& range : ranges_)
            if (cut(base_, range) != cut(newest, range)) return "range read";
        return std::nullopt;
    }

    /// The tree after the transaction, on top of any state.
    [[nodiscard]] Content result(const Content& below) const {
        Content all = state.cleared ? Content{} : below;
        for (const auto& [key, op] : state.ops) {
            if (op.kind == Op::Kind::erase) {
                all.erase(key);
            } else if (op.kind == Op::Kind::put) {
                all.insert_or_assign(key, op.value);
            } else {
                const auto old = all.find(key);
                all.insert_or_assign(
                    key, old == all.end() ? op.value : sum(old->second, number_in(op.value)));
            }
        }
        return all;
    }

    static Content cut(const Content& all, const Bounds& bounds) {
        Content part;
        for (const auto& entry : all) {
            if (bounds.low && entry.first < text(*bounds.low)) continue;
            if (bounds.high) {
                const int order = entry.first.compare(text(*bounds.high));
                if (order > 0 || (order == 0 && !bounds.high_included)) continue;
            }
            part.insert(entry);
        }
        return part;
    }

  private:
    static std::uint64_t number_in(const std::string& value) {
        std::uint64_t number = 0;
        std::memcpy(&number, value.data(), sizeof number);
        return number;
    }
    static std::string sum(const std::string& value, std::uint64_t delta) {
        return word(number_in(value) + delta);
    }
    static std::optional<std::string> get(const Content& all, const std::string& key) {
        const auto found = all.find(key);
        return found == all.end() ? std::nullopt : std::optional(found->second);
    }
    bool present(const std::string& key, std::set<std::string>& reads) {
        const auto op = state.ops.find(key);
        if (op != state.ops.end()) return op->second.kind != Op::Kind::erase;
        if (state.cleared) return false;
        reads.insert(key);
        return base_.contains(key);
    }

    const Content base_;
    const bool serializable_;
    std::set<std::string> values_, presence_, reported_;
    std::vector<Bounds> ranges_;
    bool count_ = false;
};

}  // namespace vitrine::btree::test
