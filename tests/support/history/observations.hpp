#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "tests/support/history/anomaly.hpp"
#include "tests/support/history/history.hpp"

namespace vitrine::test::history {

/// What the reads of a history say about the order in which each list grew, and everything about
/// single reads that is wrong already: all but cycles. Only transactions that committed are asked.
/// Lists only grow, so the longest one that anybody read has all that the others read, in order.
/// Cost: O(everything that was read).
class Observations {
  public:
    struct Append {
        std::uint32_t transaction = 0;
        Key key = 0;
        bool last = false;        // of its transaction to this list
        bool taken_back = false;  // by a roll-back inside its transaction
    };
    /// What a transaction saw of others in a list: the first `length` of its order.
    struct Read {
        std::uint32_t transaction = 0;
        Key key = 0;
        std::size_t length = 0;
    };
    struct Growth {
        List order;  // as far as anybody saw it
        std::vector<Element>
            unseen;  // appended by transactions that committed, later than all of it
    };

    /// `history` stays. What is wrong goes to `report`.
    Observations(const History& history, Report& report);

    [[nodiscard]] const History& history() const { return history_; }
    [[nodiscard]] bool committed(std::uint32_t transaction) const {
        return committed_[transaction];
    }
    /// Nothing for an element that nobody appended.
    [[nodiscard]] const Append* append(Element element) const;
    [[nodiscard]] const std::unordered_map<Key, Growth>& growths() const { return growths_; }
    [[nodiscard]] const std::vector<Read>& reads() const { return reads_; }

  private:
    struct Shown;
    class Scribe;

    void note_appends();
    void note_reads();
    void settle_orders();
    void settle_unknown_outcomes();
    void check_order(Key key, const List& order);
    void check_reads();
    void check_read(const Shown& shown);
    void check_updates();
    void say(Phenomenon what, std::vector<std::uint32_t> transactions, std::string why);

    const History& history_;
    Report& report_;
    std::vector<bool> committed_;
    std::unordered_map<Element, Append> appends_;
    std::unordered_map<Key, Growth> growths_;
    std::vector<Shown> shown_;
    std::vector<Read> reads_;
};

/// A read as a program saw it, its own appends apart.
struct Observations::Shown {
    std::uint32_t transaction = 0;
    Key key = 0;
    const List* list = nullptr;
    std::size_t others = 0;  // of the list's elements come before its own
    bool first = true;       // of this list by this transaction
};

}  // namespace vitrine::test::history
