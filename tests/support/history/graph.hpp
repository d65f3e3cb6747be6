#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/support/history/observations.hpp"

namespace vitrine::test::history {

/// Who must come before whom in any order that explains a history.
enum class Why : std::uint8_t {
    ww = 1,         // appended to what the other had appended
    wr = 2,         // read what the other had appended
    rw = 4,         // read a list without what the other appended
    process = 8,    // the same process did one after the other
    realtime = 16,  // the one had ended when the other began
    via = 32,       // further along the time line: no step of its own
};
using Whys = std::uint8_t;
constexpr Whys operator|(Why a, Why b) { return static_cast<Whys>(a) | static_cast<Whys>(b); }
constexpr Whys operator|(Whys a, Why b) { return static_cast<Whys>(a | static_cast<Whys>(b)); }
constexpr bool in(Why one, Whys some) { return (static_cast<Whys>(one) & some) != 0; }

/// The direct serialization graph of Adya, as far as the observations prove it. Nodes are the
/// transactions, in their order, and then the ends of all of them as a time line: a transaction
/// leads to its own end, each end to the next, and an end to whoever began between it and the
/// next. So "ended before the other began" takes O(transactions) edges, not their square.
class Graph {
  public:
    struct Edge {
        std::uint32_t to = 0;
        Why why{};
        Element element = 0;  // ww, rw: that the other appended; wr: that was read
    };

    explicit Graph(const Observations& seen);

    [[nodiscard]] std::uint32_t nodes() const {
        return static_cast<std::uint32_t>(begins_.size() - 1);
    }
    [[nodiscard]] bool transaction(std::uint32_t node) const { return node < transactions_; }
    [[nodiscard]] std::span<const Edge> edges(std::uint32_t node) const {
        return {edges_.data() + begins_[node], edges_.data() + begins_[node + 1]};
    }
    [[nodiscard]] std::size_t size() const { return edges_.size(); }
    /// One step of a cycle in words.
    [[nodiscard]] std::string tell(std::uint32_t from, const Edge& edge, std::uint32_t to) const;

  private:
    struct Draft {
        std::uint32_t from;
        Edge edge;
    };
    void add(std::uint32_t from, std::uint32_t to, Why why, Element element = 0) {
        if (from != to) drafts_.push_back({from, {to, why, element}});
    }
    void add_overwritings();
    void add_reads();
    void add_processes();
    void add_time();
    void pack();
    [[nodiscard]] bool counts(Element element) const;

    const Observations& seen_;
    std::uint32_t transactions_;
    std::uint32_t nodes_;
    std::vector<Draft> drafts_;
    std::vector<Edge> edges_;
    std::vector<std::size_t> begins_;
};

}  // namespace vitrine::test::history
