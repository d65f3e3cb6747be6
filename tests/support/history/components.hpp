#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace vitrine::test::history {

/// The strongly connected components with more than one node. `step(node, at)` gives the node at the
/// end of the `at`-th edge and moves `at` past it; nothing after the last one.
/// Cost: O(nodes + edges); no recursion, so that a path of a million nodes is fine.
/// Source: R. Tarjan, "Depth-First Search and Linear Graph Algorithms", SIAM J. Comput. 1972.
template <class Step>
std::vector<std::vector<std::uint32_t>> components(std::uint32_t nodes, const Step& step) {
    constexpr std::uint32_t kNever = 0;
    struct Visit {
        std::uint32_t node;
        std::uint32_t at = 0;
    };
    std::vector<std::vector<std::uint32_t>> result;
    std::vector<std::uint32_t> met(nodes, kNever), lowest(nodes);
    std::vector<bool> open(nodes);
    std::vector<std::uint32_t> path;
    std::vector<Visit> visits;
    std::uint32_t clock = kNever;

    const auto enter = [&](std::uint32_t node) {
        met[node] = lowest[node] = ++clock;
        open[node] = true;
        path.push_back(node);
        visits.push_back({node});
    };
    const auto leave = [&](std::uint32_t node) {
        visits.pop_back();
        if (!visits.empty()) {
            std::uint32_t& above = lowest[visits.back().node];
            above = std::min(above, lowest[node]);
        }
        if (lowest[node] != met[node]) return;
        const auto first = std::find(path.rbegin(), path.rend(), node).base() - 1;
        for (auto at = first; at != path.end(); ++at) open[*at] = false;
        if (path.end() - first > 1) result.emplace_back(first, path.end());
        path.erase(first, path.end());
    };

    for (std::uint32_t root = 0; root < nodes; ++root) {
        if (met[root] != kNever) continue;
        enter(root);
        while (!visits.empty()) {
            Visit& visit = visits.back();
            const std::uint32_t node = visit.node;
            const std::optional<std::uint32_t> next = step(node, visit.at);
            if (!next) {
                leave(node);
            } else if (met[*next] == kNever) {
                enter(*next);
            } else if (open[*next]) {
                lowest[node] = std::min(lowest[node], met[*next]);
            }
        }
    }
    return result;
}

}  // namespace vitrine::test::history
