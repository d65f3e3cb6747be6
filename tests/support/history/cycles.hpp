#pragma once

#include "tests/support/history/anomaly.hpp"
#include "tests/support/history/graph.hpp"

namespace vitrine::test::history {

/// What a store promises. Strict: who begins after another's commit returned comes after it.
struct Promise {
    bool serializable = true;  // else snapshot isolation
    bool process = true;
    bool realtime = true;
};

/// Finds cycles that the promise forbids and says of each knot of transactions the worst one, and the
/// shortest of these: first those of reads and writes alone, then those that take a process's own
/// order, then those that take time.
///
/// Snapshot isolation forbids exactly the cycles without two rw edges in a row. They are looked for in
/// a graph with two nodes for each: come to by a rw edge, or not.
/// Cost: O(nodes + edges) when there is nothing to find.
void find_cycles(const Graph& graph, const Promise& promise, Report& report);

}  // namespace vitrine::test::history
