#include "tests/support/history/replay.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "tests/support/history/effects.hpp"
#include "tests/support/history/tell.hpp"

namespace vitrine::test::history {
namespace {

// Something that happens at a commit number: first the commit with it, then those that begin on it.
struct Event {
    std::uint64_t number;
    bool begins;
    std::uint32_t transaction;
    friend bool operator<(const Event& a, const Event& b) {
        return std::tie(a.number, a.begins, a.transaction) <
               std::tie(b.number, b.begins, b.transaction);
    }
};

class Replayer {
  public:
    Replayer(const History& history, bool serializable)
        : history_(history), serializable_(serializable) {}

    Replayed run() {
        check_freshness();
        const std::vector<Event> all = events();
        for (auto at = all.begin(); at != all.end();) {
            const auto end = std::find_if(at, all.end(), [&](const Event& one) {
                return one.number != at->number || one.begins != at->begins;
            });
            if (at->begins) {
                std::for_each(at, end, [&](const Event& one) { begin(one.transaction); });
            } else {
                commit_all({at, end});
            }
            at = end;
        }
        return std::move(result_);
    }

  private:
    // What a transaction that will commit did in its base, and what it found there.
    struct Pending {
        Effects effects;
        Effects before;
    };

    [[nodiscard]] std::string who(std::uint32_t number) const {
        const Transaction& one = history_[number];
        return tell(number) + " (process " +
               (one.process == kNoProcess ? "-" : std::to_string(one.process)) + ", base " +
               std::to_string(one.base.value_or(0)) +
               (one.version ? ", version " + std::to_string(*one.version) : "") + ") ";
    }
    [[nodiscard]] bool writes(const Transaction& one) const {
        return one.outcome == Outcome::committed && one.version && one.version != one.base;
    }

    std::vector<Event> events() {
        std::vector<Event> all;
        for (std::uint32_t number = 0; number < history_.size(); ++number) {
            const Transaction& one = history_[number];
            if (!one.base) {
                result_.say(who(number) + "has no base");
                continue;
            }
            all.push_back({*one.base, true, number});
            if (!writes(one)) continue;
            if (*one.version < *one.base) result_.say(who(number) + "is older than its base");
            all.push_back({*one.version, false, number});
        }
        std::sort(all.begin(), all.end());
        return all;
    }

    void begin(std::uint32_t number) {
        const Transaction& one = history_[number];
        Alone alone(state());
        if (const auto wrong = alone.run(one)) result_.say(who(number) + "in its base: " + *wrong);
        result_.checked += alone.checked();
        if (writes(one)) {
            Pending& pending = pending_[number];
            pending.effects = alone.effects();
            for (const auto& [key, effect] : alone.effects())
                pending.before[key] = list_in(state(), key);
        } else if (one.outcome == Outcome::committed && !idle(state(), alone.effects())) {
            result_.say(who(number) + "committed changes without a number");
        }
    }

    // One transaction made the version. Others may have its number when they found all that they were
    // to write done already: they come after it, and change nothing.
    void commit_all(std::vector<Event> events) {
        const auto maker = std::find_if(events.begin(), events.end(),
                                        [&](const Event& one) { return changes(one.transaction); });
        if (maker != events.end()) std::iter_swap(events.begin(), maker);
        for (std::size_t i = 0; i < events.size(); ++i) {
            if (i > 0 && changes(events[i].transaction))
                result_.say(who(events[i].transaction) + "shares its number with " +
                            tell(events[0].transaction));
            commit(events[i].transaction);
        }
    }
    [[nodiscard]] bool changes(std::uint32_t number) const {
        const auto found = pending_.find(number);
        return found != pending_.end() && !idle(state(), found->second.effects);
    }

    void commit(std::uint32_t number) {
        const auto found = pending_.find(number);
        if (found == pending_.end()) return;  // older than its base: said already
        const Pending pending = std::move(found->second);
        pending_.erase(found);
        Alone alone(state());
        const auto wrong = alone.run(history_[number]);
        if (wrong) ++result_.skewed;
        if (serializable_ && wrong) result_.say(who(number) + "at its commit: " + *wrong);
        for (const auto& [key, effect] : pending.effects) {
            const List& now = list_in(state(), key);
            const List& then = *pending.before.at(key);
            const bool same_end = now == effect.value_or(List{});
            if (now != then && !same_end)
                result_.say(who(number) + "lost an update of " + tell(key) + ": " + tell(then) +
                            " at its base, " + tell(now) + " at its commit");
        }
        apply(result_.newest, pending.effects);
    }

    // In order of time: the newest number that had been returned, against each base.
    void check_freshness() {
        std::vector<std::tuple<std::uint64_t, bool, std::uint32_t>> times;  // ends before begins
        for (std::uint32_t number = 0; number < history_.size(); ++number) {
            const Transaction& one = history_[number];
            if (one.began != 0 && one.base) times.emplace_back(one.began, true, number);
            if (one.ended != 0 && writes(one)) times.emplace_back(one.ended, false, number);
        }
        std::sort(times.begin(), times.end());
        std::uint64_t newest = 0;
        for (const auto& [tick, begins, number] : times) {
            const Transaction& one = history_[number];
            if (!begins) {
                newest = std::max(newest, *one.version);
            } else if (*one.base < newest) {
                result_.say(who(number) + "began after commit " + std::to_string(newest) +
                            " had returned");
            }
        }
    }

    [[nodiscard]] const State& state() const { return result_.newest; }

    const History& history_;
    bool serializable_;
    Replayed result_;
    std::unordered_map<std::uint32_t, Pending> pending_;
};

}  // namespace

Replayed replay(const History& history, bool serializable) {
    return Replayer(history, serializable).run();
}

}  // namespace vitrine::test::history
