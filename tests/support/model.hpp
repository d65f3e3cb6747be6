#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace vitrine::test {

/// What the store is supposed to do, without sharing, caching, threads or disks: every version is a
/// whole map. Ids come from the store; versions are indices.
class Model {
  public:
    using Id = std::uint64_t;
    using Value = std::uint64_t;
    using State = std::map<Id, Value>;

    struct Transaction {
        std::size_t base = 0;
        bool serializable = true;
        State view;                                  // what it sees
        std::map<Id, std::optional<Value>> written;  // nothing: erased
        std::set<Id> read;                           // objects that it did not make

        std::optional<Value> find(Id id) {
            if (!written.contains(id)) read.insert(id);
            const auto found = view.find(id);
            return found == view.end() ? std::nullopt : std::optional(found->second);
        }
        void create(Id id, Value value) { view[id] = *(written[id] = value); }
        void set(Id id, Value value) {
            find(id);
            view[id] = *(written[id] = value);
        }
        void erase(Id id, bool made_here) {
            find(id);
            view.erase(id);
            if (made_here) {
                written.erase(id);
            } else {
                written[id] = std::nullopt;
            }
        }
        /// What was read stays read.
        void roll_back(const Transaction& saved) {
            view = saved.view;
            written = saved.written;
        }
    };

    struct Outcome {
        bool conflict = false;
        State next{};            // the newest state with the transaction's changes
        std::set<Id> changed{};  // empty: nothing to commit
    };

    [[nodiscard]] std::size_t newest() const { return states_.size() - 1; }
    [[nodiscard]] const State& at(std::size_t version) const { return states_.at(version); }

    [[nodiscard]] Transaction begin(bool serializable) const {
        return {newest(), serializable, states_.back(), {}, {}};
    }

    [[nodiscard]] Outcome decide(const Transaction& transaction) const {
        const State& base = at(transaction.base);
        Outcome outcome{false, states_.back(), {}};
        std::set<Id> differing;
        for (const auto& [id, value] : transaction.written) {
            const auto before = base.find(id);
            if (!value || before == base.end() || before->second != *value) differing.insert(id);
        }
        if (differing.empty()) return outcome;
        for (const Id id : differing) {
            const std::optional<Value>& value = transaction.written.at(id);
            if (!value && !outcome.next.contains(id)) continue;  // both erased it
            // What was absent and is to come (back) must still be absent.
            if (base.contains(id) ? changed_since(id, transaction.base) : outcome.next.contains(id))
                return {true};
            if (value) {
                outcome.next[id] = *value;
            } else {
                outcome.next.erase(id);
            }
            outcome.changed.insert(id);
        }
        for (const Id id : transaction.read) {
            if (!transaction.serializable || differing.contains(id)) continue;
            if (base.contains(id) ? changed_since(id, transaction.base)
                                  : states_.back().contains(id))
                return {true};
        }
        return outcome;
    }

    void commit(Outcome outcome) {
        for (const Id id : outcome.changed) changes_[id].push_back(states_.size());
        states_.push_back(std::move(outcome.next));
    }
    /// Objects that were ever there, and the versions that changed them.
    [[nodiscard]] const std::map<Id, std::vector<std::size_t>>& ever() const { return changes_; }
    /// Which of these versions a store needs that shows `oldest` and everything after it, an absence
    /// from `oldest` on included.
    [[nodiscard]] std::vector<std::size_t> needed(Id id, std::size_t oldest) const {
        std::vector<std::size_t> result;
        const auto& all = changes_.at(id);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool last = i + 1 == all.size();
            const bool there = at(all[i]).contains(id);
            if (last ? there || all[i] >= oldest : all[i + 1] > oldest) result.push_back(all[i]);
        }
        return result;
    }

  private:
    [[nodiscard]] bool changed_since(Id id, std::size_t base) const {
        const auto last = changes_.find(id);
        return last != changes_.end() && last->second.back() > base;
    }
    std::vector<State> states_{State{}};
    std::map<Id, std::vector<std::size_t>> changes_;
};

}  // namespace vitrine::test
