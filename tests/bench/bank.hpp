#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/workload.hpp"

namespace vitrine::bench {

/// Accounts in a store, and what each must hold: transfers are numbers that commute, so the balances
/// before, the seeds and the counts decide those after, whatever the threads' order was.
class Bank {
  public:
    Bank(Store& store, std::size_t accounts)
        : store_(store), accounts_(accounts), before_(balances()) {}

    /// The sequence of transfers of a thread.
    class Customer {
      public:
        Customer(std::size_t thread, std::size_t accounts)
            : random_(thread + 1), accounts_(accounts) {}
        Transfer next() {
            const std::size_t from = random_.below(accounts_);
            const std::size_t to = (from + 1 + random_.below(accounts_ - 1)) % accounts_;
            return {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to), 10};
        }

      private:
        alignas(64) Random random_;  // a cache line each
        std::size_t accounts_;
    };

    /// Throws std::runtime_error unless thread i did exactly the first counts[i] of its transfers.
    void expect_after(const std::vector<std::size_t>& counts) const;

  private:
    [[nodiscard]] std::vector<std::uint64_t> balances() const;

    Store& store_;
    std::size_t accounts_;
    std::vector<std::uint64_t> before_;
};

}  // namespace vitrine::bench
