#include "tests/support/history/cycles.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include "tests/support/history/components.hpp"

namespace vitrine::test::history {
namespace {

// A knot can be as large as the history. So many of its edges are tried as the beginning of a cycle.
constexpr std::size_t kTried = 400;

// Which edges may be used, and how. States: twice the node, and one more when come to by rw.
struct Rules {
    Whys whys;
    bool apart;  // no two rw in a row

    [[nodiscard]] std::optional<std::uint32_t> step(std::uint32_t state, Why why,
                                                    std::uint32_t to) const {
        if (!in(why, whys)) return std::nullopt;
        const bool after_rw = state % 2 == 1;
        if (why == Why::via) return to * 2 + static_cast<std::uint32_t>(after_rw);
        if (!apart || why != Why::rw) return to * 2;
        if (after_rw) return std::nullopt;
        return to * 2 + 1;
    }
};

struct Step {
    std::uint32_t from = 0;
    Graph::Edge edge{};
};
using Path = std::vector<Step>;

struct Kind {
    Phenomenon what;
    Why needed;  // an edge of the cycle is this one
    Whys path;   // and the others are of these
    bool apart;
};
constexpr Whys kWrites = static_cast<Whys>(Why::ww);
constexpr Whys kNoRw = Why::ww | Why::wr;
constexpr Whys kAll = kNoRw | Why::rw;
constexpr std::array kKinds{Kind{Phenomenon::g0, Why::ww, kWrites, false},
                            Kind{Phenomenon::g1c, Why::wr, kNoRw, false},
                            Kind{Phenomenon::g_single, Why::rw, kNoRw, false},
                            Kind{Phenomenon::g_nonadjacent, Why::rw, kAll, true},
                            Kind{Phenomenon::g2, Why::rw, kAll, false}};

class Finder {
  public:
    Finder(const Graph& graph, const Promise& promise, Report& report)
        : graph_(graph), promise_(promise), report_(report), knot_of_(graph.nodes(), 0) {}

    void run() {
        const Rules rules{with_order(kAll, Order::realtime), !promise_.serializable};
        const auto step = [&](std::uint32_t state,
                              std::uint32_t& at) -> std::optional<std::uint32_t> {
            const auto edges = graph_.edges(state / 2);
            while (at < edges.size()) {
                const Graph::Edge& edge = edges[at++];
                if (const auto next = rules.step(state, edge.why, edge.to)) return next;
            }
            return std::nullopt;
        };
        for (std::vector<std::uint32_t>& knot : components(graph_.nodes() * 2, step)) {
            for (std::uint32_t& state : knot) state /= 2;
            std::sort(knot.begin(), knot.end());
            knot.erase(std::unique(knot.begin(), knot.end()), knot.end());
            ++number_;
            for (const std::uint32_t node : knot) knot_of_[node] = number_;
            name(knot);
        }
    }

  private:
    [[nodiscard]] Whys with_order(Whys whys, Order order) const {
        if (order >= Order::process && promise_.process) whys = whys | Why::process;
        if (order >= Order::realtime && promise_.realtime)
            whys = static_cast<Whys>(whys | (Why::realtime | Why::via));
        return whys;
    }

    void name(const std::vector<std::uint32_t>& knot) {
        for (const Order order : {Order::none, Order::process, Order::realtime})
            for (const Kind& kind : kKinds) {
                if (kind.what == Phenomenon::g2 && !promise_.serializable) continue;
                const Path cycle = shortest(knot, kind, with_order(kind.path, order));
                if (cycle.empty()) continue;
                say(kind.what, order, cycle);
                return;
            }
        // Too large for the tries: the knot itself is the proof that there is one.
        report_.add({promise_.serializable ? Phenomenon::g2 : Phenomenon::g_nonadjacent,
                     Order::realtime, knot,
                     "a knot of " + std::to_string(knot.size()) + " transactions"});
    }

    [[nodiscard]] Path shortest(const std::vector<std::uint32_t>& knot, const Kind& kind,
                                Whys whys) const {
        Path best;
        std::size_t tried = 0;
        for (const std::uint32_t node : knot)
            for (const Graph::Edge& edge : graph_.edges(node)) {
                if (edge.why != kind.needed || knot_of_[edge.to] != number_) continue;
                if (best.size() == 2 || ++tried > kTried) return best;
                Path cycle = close(node, edge, {whys, kind.apart});
                if (!cycle.empty() && (best.empty() || cycle.size() < best.size()))
                    best = std::move(cycle);
            }
        return best;
    }

    // The shortest way from the edge's end back to its beginning, and the edge before it. Steps along
    // the time line cost nothing, so they are taken first.
    [[nodiscard]] Path close(std::uint32_t node, const Graph::Edge& first, Rules rules) const {
        struct Came {
            std::uint32_t from;
            const Graph::Edge* edge;
        };
        const bool rw = rules.apart && first.why == Why::rw;
        const std::uint32_t start = first.to * 2 + static_cast<std::uint32_t>(rw);
        const std::uint32_t goal = node * 2;
        std::unordered_map<std::uint32_t, Came> came{{start, {start, nullptr}}};
        std::deque<std::uint32_t> open{start};
        while (!open.empty() && !came.contains(goal)) {
            const std::uint32_t state = open.front();
            open.pop_front();
            for (const Graph::Edge& edge : graph_.edges(state / 2)) {
                if (knot_of_[edge.to] != number_) continue;
                const auto next = rules.step(state, edge.why, edge.to);
                if (!next || !came.try_emplace(*next, Came{state, &edge}).second) continue;
                if (edge.why == Why::via) {
                    open.push_front(*next);
                } else {
                    open.push_back(*next);
                }
            }
        }
        if (!came.contains(goal)) return {};
        Path path;
        for (std::uint32_t at = goal; at != start; at = came.at(at).from)
            path.push_back({came.at(at).from / 2, *came.at(at).edge});
        path.push_back({node, first});
        std::reverse(path.begin(), path.end());
        std::erase_if(path, [&](const Step& one) { return !graph_.transaction(one.from); });
        return path;
    }

    void say(Phenomenon what, Order order, const Path& cycle) {
        Anomaly anomaly{what, order, {}, {}};
        for (std::size_t i = 0; i < cycle.size(); ++i) {
            const std::uint32_t to = cycle[(i + 1) % cycle.size()].from;
            anomaly.transactions.push_back(cycle[i].from);
            anomaly.why += (i == 0 ? "" : ", ") + graph_.tell(cycle[i].from, cycle[i].edge, to);
        }
        report_.add(std::move(anomaly));
    }

    const Graph& graph_;
    const Promise& promise_;
    Report& report_;
    std::vector<std::uint32_t> knot_of_;  // 0: of none
    std::uint32_t number_ = 0;
};

}  // namespace

void find_cycles(const Graph& graph, const Promise& promise, Report& report) {
    Finder(graph, promise, report).run();
}

}  // namespace vitrine::test::history
