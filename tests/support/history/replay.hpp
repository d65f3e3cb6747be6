#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/support/history/history.hpp"

namespace vitrine::test::history {

/// The lists that are not empty.
using State = std::map<Key, List>;

/// What a replay found. `wrong` holds the first ones, `count` is of all.
struct Replayed {
    static constexpr std::size_t kKept = 10;
    std::vector<std::string> wrong{};
    std::size_t count = 0;
    std::size_t checked = 0;  // operations that saw something
    /// Transactions that would have seen something else in the state that their commit met. Under
    /// snapshot isolation that is allowed; it says how hard the history was.
    std::size_t skewed = 0;
    State newest{};  // after the last commit

    void say(std::string what) {
        if (++count <= kKept) wrong.push_back(std::move(what));
    }
    [[nodiscard]] bool clean() const { return count == 0; }
};

/// Does a history again, alone, in the order of its commit numbers, on a std::map, and compares all
/// that every transaction saw: in the state of its base, and, when it promised to be serializable, in
/// the state that its commit met as well. Sees what cycles of single lists cannot: phantoms, counts,
/// erased lists, what was overwritten, what aborted transactions saw, and wrong numbers.
///
/// Every transaction has a base; those that committed changes have a version above it. Where ticks are
/// known, a base must not be older than any commit that had returned when the transaction began.
/// Cost: O(all operations x log(lists)).
Replayed replay(const History& history, bool serializable);

}  // namespace vitrine::test::history
