#include "tests/bench/bank.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace vitrine::bench {

std::vector<std::uint64_t> Bank::balances() const {
    constexpr std::size_t kAtOnce = 10'000;  // a lock for each page is too many for some
    const auto session = store_.session();
    std::vector<std::uint32_t> all(accounts_);
    std::iota(all.begin(), all.end(), 0U);
    session->draw(all);
    std::vector<std::uint64_t> found(accounts_);
    for (std::size_t done = 0; done < accounts_; done += kAtOnce) {
        session->hold();
        for (std::size_t i = done; i < std::min(accounts_, done + kAtOnce); ++i)
            found[i] = session->look_up(i, 1);
        session->release();
    }
    return found;
}

void Bank::expect_after(const std::vector<std::size_t>& counts) const {
    std::vector<std::uint64_t> expected = before_;
    for (std::size_t thread = 0; thread < counts.size(); ++thread) {
        Customer customer(thread, accounts_);
        for (std::size_t i = 0; i < counts[thread]; ++i) {
            const Transfer transfer = customer.next();
            expected[transfer.from] -= static_cast<std::uint64_t>(transfer.amount);
            expected[transfer.to] += static_cast<std::uint64_t>(transfer.amount);
        }
    }
    const std::vector<std::uint64_t> found = balances();
    for (std::size_t i = 0; i < accounts_; ++i)
        expect(found[i] == expected[i],
               fmt::format("account {} holds {} instead of {}", i, found[i], expected[i]));
}

}  // namespace vitrine::bench
