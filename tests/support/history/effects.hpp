#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/history/replay.hpp"

namespace vitrine::test::history {

/// What a transaction did to lists. Nothing: the key is absent.
using Effects = std::map<Key, std::optional<List>>;

/// Runs one transaction's operations on a state, as it would see it alone.
class Alone {
  public:
    explicit Alone(const State& state) : state_(state) {}

    /// What it did last comes out of `effects()`. The first thing that it did not see as written
    /// down, in words; nothing when all was right.
    std::optional<std::string> run(const Transaction& transaction);
    [[nodiscard]] const Effects& effects() const { return effects_; }
    [[nodiscard]] std::size_t checked() const { return checked_; }

  private:
    using Entries = std::vector<std::pair<Key, List>>;

    std::optional<std::string> see(const Op& op);
    void change(const Op& op);
    [[nodiscard]] const List& list(Key key) const;
    [[nodiscard]] Entries within(Key key, Key end) const;

    const State& state_;
    Effects effects_;
    std::vector<Effects> saved_;
    std::size_t checked_ = 0;
};

/// Absent and empty are the same.
const List& list_in(const State& state, Key key);
/// Puts what a transaction did into a state.
void apply(State& state, const Effects& effects);
/// Whether the state would stay as it is.
bool idle(const State& state, const Effects& effects);

}  // namespace vitrine::test::history
