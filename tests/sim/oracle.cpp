#include "tests/sim/oracle.hpp"

#include <algorithm>
#include <utility>

namespace vitrine::sim {
namespace {

const char* name_of(Family family) {
    constexpr std::array<const char*, kFamilies> kNames{"numbers", "texts", "slots"};
    return kNames[family];
}

std::string to_text(const std::optional<std::int64_t>& value) {
    return value ? std::to_string(*value) : "nothing";
}

std::string place(const Op& op) {
    return std::string(name_of(op.family)) + "[" + std::to_string(op.key) + "]";
}

void apply(State& state, const Op& op) {
    auto& tree = state[op.family];
    if (op.kind == Op::write) tree[op.key] = op.value;
    if (op.kind == Op::add) tree[op.key] = tree[op.key].value_or(0) + *op.value;
    if (op.kind == Op::clear) tree.fill(std::nullopt);
}

/// What is left of a transaction's writes after its rollbacks.
std::vector<Op> surviving(const std::vector<Op>& ops) {
    std::vector<Op> writes;
    std::vector<std::size_t> written(ops.size() + 1, 0);  // before each op
    for (std::size_t i = 0; i < ops.size(); ++i) {
        written[i] = writes.size();
        const Op& op = ops[i];
        if (op.kind == Op::write || op.kind == Op::add || op.kind == Op::clear)
            writes.push_back(op);
        if (op.kind == Op::rollback) writes.resize(written[op.key]);
    }
    return writes;
}

}  // namespace

std::string to_text(const State& state) {
    std::string text;
    for (std::size_t family = 0; family < kFamilies; ++family) {
        text += std::string(family == 0 ? "" : "; ") + name_of(static_cast<Family>(family)) + ":";
        for (std::size_t key = 0; key < kKeys; ++key)
            if (state[family][key])
                text += " " + std::to_string(key) + "=" + std::to_string(*state[family][key]);
    }
    return text;
}

void Oracle::wrong(const Committed& one, const std::string& what) {
    findings_.push_back(one.who + ", base " + std::to_string(one.base.value()) + ", version " +
                        std::to_string(one.version.value()) + ": " + what);
}

const State& Oracle::at(Version version) const {
    return states_.at(version.value() - first_.value());
}

void Oracle::check_reads(const Committed& one, State view) {
    std::vector<State> before;  // each op
    for (const Op& op : one.ops) {
        before.push_back(view);
        const auto& tree = view[op.family];
        const auto expect = [&](const std::optional<std::int64_t>& there) {
            if (there != op.value)
                wrong(one, place(op) + " read as " + to_text(op.value) + ", is " + to_text(there));
        };
        switch (op.kind) {
            case Op::read: expect(tree[op.key]); break;
            case Op::presence:
                expect(tree[op.key] ? std::optional<std::int64_t>(1) : std::nullopt);
                break;
            case Op::size:
                expect(
                    std::count_if(tree.begin(), tree.end(), [](auto& v) { return v.has_value(); }));
                break;
            case Op::range: {
                std::vector<std::pair<std::size_t, std::int64_t>> there;
                for (std::size_t key = op.key; key < op.end; ++key)
                    if (tree[key]) there.emplace_back(key, *tree[key]);
                if (there != op.entries)
                    wrong(one, place(op) + " to " + std::to_string(op.end) + " read as " +
                                   std::to_string(op.entries.size()) + " entries, not the " +
                                   std::to_string(there.size()) + " that are there");
                break;
            }
            case Op::rollback: view = State(before[op.key]); break;
            default: apply(view, op);
        }
    }
}

void Oracle::check_lost_updates(const Committed& one, const std::vector<Op>& writes,
                                const State& result) {
    const State& base = this->at(one.base);
    const State& last = states_.back();
    for (auto at = writes.begin(); at != writes.end(); ++at) {
        const Op& op = *at;
        // A clear takes whatever is there, and what was done to the tree before it is void.
        const auto clears = [&](const Op& other) {
            return other.kind == Op::clear && other.family == op.family;
        };
        // Nor does it matter what a later write of its own took back.
        const auto rewrites = [&](const Op& other) {
            return other.kind == Op::write && other.family == op.family && other.key == op.key;
        };
        if (op.kind != Op::write || std::any_of(at, writes.end(), clears) ||
            std::any_of(at + 1, writes.end(), rewrites) ||
            (!op.value && std::any_of(writes.begin(), at, clears)))
            continue;
        const auto& now = last[op.family][op.key];
        if (now != base[op.family][op.key] && now != result[op.family][op.key])
            wrong(one, place(op) + " was " + to_text(base[op.family][op.key]) + ", then " +
                           to_text(now) + ", and is overwritten: a lost update");
    }
}

State Oracle::result_of(const Committed& one, const State& before) const {
    State result = before;
    if (one.undoes) {
        const State& done = at(*one.undoes);
        const State& undone = at(Version{one.undoes->value() - 1});
        for (std::size_t family = 0; family < kFamilies; ++family)
            for (std::size_t key = 0; key < kKeys; ++key)
                if (undone[family][key] != done[family][key])
                    result[family][key] = undone[family][key];
        return result;
    }
    for (const Op& op : surviving(one.ops)) apply(result, op);
    return result;
}

// One of them made the version. The others wrote what was so already, and were told where it is so.
void Oracle::replay(const std::vector<const Committed*>& together) {
    while (newest().value() + 1 < together.front()->version.value())
        states_.push_back(State(states_.back()));
    const State before = states_.back();
    const std::vector<std::string> so_far = findings_;
    std::optional<std::vector<std::string>> best;
    State best_result = before;
    // Two that wrote the same can both have made it, as far as one can see: there must be an
    // explanation, not a certain one.
    for (const Committed* maker : together) {
        findings_ = so_far;
        check(*maker);
        const State result = result_of(*maker, before);
        for (const Committed* other : together) {
            if (other == maker) continue;
            if (result_of(*other, result) != result) wrong(*other, "the number of another commit");
            const bool serial = other->isolation == Isolation::serializable;
            if (!other->undoes) check_reads(*other, serial ? result : at(other->base));
        }
        if (!best || findings_.size() < best->size()) {
            best = findings_;
            best_result = result;
        }
        if (best->size() == so_far.size()) break;
    }
    findings_ = std::move(*best);
    states_.push_back(best_result);
}

/// What it read, and whether it lost or took back what it must not.
void Oracle::check(const Committed& one) {
    if (one.undoes) {
        check_undo(one);
        return;
    }
    check_reads(one, one.isolation == Isolation::serializable ? states_.back() : at(one.base));
    if (one.isolation == Isolation::snapshot)
        check_lost_updates(one, surviving(one.ops), result_of(one, states_.back()));
}

void Oracle::check_undo(const Committed& one) {
    const State& after = at(*one.undoes);
    const State& before = at(Version{one.undoes->value() - 1});
    const State& there = states_.back();
    for (std::size_t family = 0; family < kFamilies; ++family)
        for (std::size_t key = 0; key < kKeys; ++key)
            if (before[family][key] != after[family][key] &&
                there[family][key] != after[family][key] &&
                there[family][key] != before[family][key])
                wrong(one, "undoes " + std::to_string(one.undoes->value()) + " although " +
                               name_of(static_cast<Family>(family)) + "[" + std::to_string(key) +
                               "] has changed since");
}

std::vector<std::string> Oracle::judge(Version newest) {
    std::stable_sort(commits_.begin(), commits_.end(),
                     [](const auto& a, const auto& b) { return a.version < b.version; });
    for (auto first = commits_.begin(); first != commits_.end();) {
        auto last = first;
        std::vector<const Committed*> together;  // that were given the same number
        for (; last != commits_.end() && last->version == first->version; ++last) {
            if (last->version < last->base) wrong(*last, "is not newer than its base");
            if (last->version > last->base) together.push_back(&*last);
        }
        if (!together.empty() && together.front()->version > this->newest()) replay(together);
        first = last;
    }
    while (this->newest() < newest) states_.push_back(State(states_.back()));
    for (const Committed& one : commits_) {
        if (one.version != one.base || one.undoes) continue;
        check_reads(one, at(one.base));
        if (result_of(one, at(one.base)) != at(one.base))
            wrong(one, "changed something, and made no version");
    }
    for (const Seen& one : seen_) {
        if (one.version > this->newest()) {
            findings_.push_back(one.who + " saw version " + std::to_string(one.version.value()) +
                                ", which nobody made");
        } else if (one.state != at(one.version)) {
            findings_.push_back(one.who + " saw at version " + std::to_string(one.version.value()) +
                                " " + to_text(one.state) + ", is " + to_text(at(one.version)));
        }
    }
    return findings_;
}

}  // namespace vitrine::sim
