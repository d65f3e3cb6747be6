#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vitrine::test::history {

/// What a history can show that it should not.
/// Source: A. Adya, "Weak Consistency: A Generalized Theory and Optimistic Implementations for
/// Distributed Transactions", MIT 1999 (the G names); K. Kingsbury, P. Alvaro, "Elle: Inferring
/// Isolation Anomalies from Experimental Observations", VLDB 2020 (the rest); A. Cerone, A. Gotsman,
/// "Analysing Snapshot Isolation", PODC 2016 (why G_nonadjacent is none of snapshot isolation's).
enum class Phenomenon : std::uint8_t {
    duplicate,           // an element twice in one list
    unknown_element,     // an element that nobody appended
    incompatible_order,  // two reads of one list of which neither is a prefix of the other
    internal,            // a transaction does not see what it did or saw itself
    g1a,                 // it saw what was aborted or rolled back
    g1b,                 // it saw a state from the middle of another transaction
    lost_update,         // two read the same state of a list and both appended to it
    g0,                  // a cycle of overwriting
    g1c,                 // a cycle of overwriting and reading
    g_single,            // the same with one read that missed a write
    g_nonadjacent,       // with several of those, none right after another
    g2,                  // with several of those: write skew
};
inline constexpr std::size_t kPhenomena = 12;

/// What it takes besides reads and writes to make the cycle.
enum class Order : std::uint8_t { none, process, realtime };

struct Anomaly {
    Phenomenon what{};
    Order order = Order::none;
    std::vector<std::uint32_t> transactions{};  // their places in the history; of a cycle, in order
    std::string why{};                          // for a person: every edge with its reason
};

inline std::string name_of(Phenomenon what, Order order = Order::none) {
    constexpr std::array<const char*, kPhenomena> kNames{"duplicate element",
                                                         "unknown element",
                                                         "incompatible order",
                                                         "internal inconsistency",
                                                         "G1a",
                                                         "G1b",
                                                         "lost update",
                                                         "G0",
                                                         "G1c",
                                                         "G-single",
                                                         "G-nonadjacent",
                                                         "G2"};
    std::string name = kNames.at(static_cast<std::size_t>(what));
    if (order == Order::process) name += "-process";
    if (order == Order::realtime) name += "-realtime";
    return name;
}

/// What was found: everything is counted, and the first ones of each kind are kept.
class Report {
  public:
    static constexpr std::size_t kKeptOfEach = 10;

    void add(Anomaly anomaly) {
        std::size_t& count = counts_.at(static_cast<std::size_t>(anomaly.what));
        if (++count <= kKeptOfEach) anomalies_.push_back(std::move(anomaly));
    }
    [[nodiscard]] const std::vector<Anomaly>& anomalies() const { return anomalies_; }
    [[nodiscard]] std::size_t count(Phenomenon what) const {
        return counts_.at(static_cast<std::size_t>(what));
    }
    [[nodiscard]] bool clean() const { return anomalies_.empty(); }

  private:
    std::array<std::size_t, kPhenomena> counts_{};
    std::vector<Anomaly> anomalies_;
};

}  // namespace vitrine::test::history
