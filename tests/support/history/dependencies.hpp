#pragma once

#include "tests/support/history/cycles.hpp"
#include "tests/support/history/observations.hpp"

namespace vitrine::test::history {

/// Checks a history of lists that only grow, in the manner of Elle: from what was read it infers the
/// order of the appends to each list, from that who must have come before whom, and a cycle of that is
/// a proof that no order explains the history. Knows nothing of commit numbers.
/// Cost: linear in what was read when nothing is wrong; a million transactions take seconds.
/// Source: see Phenomenon.
inline Report check_dependencies(const History& history, const Promise& promise) {
    Report report;
    const Observations seen(history, report);
    find_cycles(Graph(seen), promise, report);
    return report;
}

}  // namespace vitrine::test::history
