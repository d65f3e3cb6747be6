#include "tests/support/history/effects.hpp"

#include <algorithm>
#include <utility>

#include "tests/support/history/tell.hpp"

namespace vitrine::test::history {
namespace {

const List kAbsent;

const List& shown(const std::optional<List>& effect) { return effect ? *effect : kAbsent; }

std::string tell_entries(const std::vector<std::pair<Key, List>>& entries) {
    std::string text = std::to_string(entries.size()) + " entries:";
    for (const auto& [key, list] : entries) text += " " + tell(key, list);
    return text;
}

}  // namespace

const List& list_in(const State& state, Key key) {
    const auto found = state.find(key);
    return found == state.end() ? kAbsent : found->second;
}

void apply(State& state, const Effects& effects) {
    for (const auto& [key, effect] : effects) {
        if (shown(effect).empty()) {
            state.erase(key);
        } else {
            state[key] = *effect;
        }
    }
}

bool idle(const State& state, const Effects& effects) {
    return std::all_of(effects.begin(), effects.end(), [&](const auto& one) {
        return list_in(state, one.first) == shown(one.second);
    });
}

const List& Alone::list(Key key) const {
    const auto mine = effects_.find(key);
    return mine == effects_.end() ? list_in(state_, key) : shown(mine->second);
}

Alone::Entries Alone::within(Key key, Key end) const {
    std::map<Key, const List*> all;
    for (auto at = state_.lower_bound(key); at != state_.end() && at->first < end; ++at)
        all[at->first] = &at->second;
    for (auto at = effects_.lower_bound(key); at != effects_.end() && at->first < end; ++at)
        all[at->first] = &shown(at->second);
    Entries entries;
    for (const auto& [one, list] : all)
        if (!list->empty()) entries.emplace_back(one, *list);
    return entries;
}

std::optional<std::string> Alone::see(const Op& op) {
    ++checked_;
    if (op.kind == Op::Kind::read) {
        if (list(op.key) == op.list) return std::nullopt;
        return "read " + tell(op.key, op.list) + ", expected " + tell(list(op.key));
    }
    const Entries expected = within(op.key, op.end);
    const std::string range = " from " + tell(op.key) + " to before " + tell(op.end) + ": ";
    if (op.kind == Op::Kind::count) {
        if (op.number == expected.size()) return std::nullopt;
        return "counted" + range + std::to_string(op.number) + ", expected " +
               std::to_string(expected.size());
    }
    if (op.entries == expected) return std::nullopt;
    return "saw" + range + tell_entries(op.entries) + ", expected " + tell_entries(expected);
}

void Alone::change(const Op& op) {
    if (op.kind == Op::Kind::savepoint) saved_.push_back(effects_);
    if (op.kind == Op::Kind::put) effects_[op.key] = op.list;
    if (op.kind == Op::Kind::erase) effects_[op.key] = std::nullopt;
    if (op.kind == Op::Kind::append) {
        List longer = list(op.key);
        longer.insert(longer.end(), op.list.begin(), op.list.end());
        effects_[op.key] = std::move(longer);
    }
    if (op.kind == Op::Kind::roll_back) {
        effects_ = std::move(saved_.back());
        saved_.pop_back();
    }
}

std::optional<std::string> Alone::run(const Transaction& transaction) {
    std::optional<std::string> wrong;
    for (const Op& op : transaction.ops) {
        const bool sees =
            op.kind == Op::Kind::read || op.kind == Op::Kind::scan || op.kind == Op::Kind::count;
        if (!sees) {
            change(op);
        } else if (auto other = see(op); other && !wrong) {
            wrong = std::move(other);
        }
    }
    return wrong;
}

}  // namespace vitrine::test::history
