#include "day.hpp"

#include <signal.h>

#include <atomic>
#include <future>
#include <random>
#include <vector>

#include "audit.hpp"
#include "bank.hpp"

namespace bank {
namespace {

class Day {
  public:
    Day(vitrine::Store& store, Receipts& receipts, const DayPlan& plan)
        : store_(store), receipts_(receipts), plan_(plan) {
        const auto snapshot = store.snapshot();
        for (auto [name, account] : snapshot.tree<std::string, AccountRef>(kAccounts))
            accounts_.push_back(account);
    }

    void teller(std::uint32_t teller) {
        const std::uint64_t first = next_number(store_.snapshot(), teller);
        std::mt19937 random{static_cast<unsigned>(first * 31 + teller)};
        std::uint64_t number = first;
        while (begun_++ < plan_.transfers) {
            const std::size_t from = random() % accounts_.size();
            const std::size_t to =
                (from + 1 + random() % (accounts_.size() - 1)) % accounts_.size();
            const std::int64_t amount = 1 + random() % 200;
            if (!transfer(store_, {teller, number}, accounts_[from], accounts_[to], amount)) {
                ++refused_;
                continue;
            }
            receipts_.hand_out({teller, number});
            ++number;
            // No destructor runs, nothing is flushed: as if somebody had pulled the process away.
            if (++made_ == plan_.crash_after) raise(SIGKILL);
        }
    }

    void auditor() {
        while (!closed_) {
            if (!audit(store_.snapshot()).ok()) ++failed_audits_;
            ++audits_;
        }
    }

    DayReport run() {
        std::vector<std::future<void>> auditors;
        for (unsigned i = 0; i < plan_.auditors; ++i)
            auditors.push_back(std::async(std::launch::async, [this] { auditor(); }));
        std::vector<std::future<void>> tellers;
        for (unsigned i = 0; i < plan_.tellers; ++i)
            tellers.push_back(std::async(std::launch::async, [this, i] { teller(i); }));
        for (auto& teller : tellers) teller.wait();
        closed_ = true;
        for (auto& auditor : auditors) auditor.get();
        for (auto& teller : tellers) teller.get();
        return {.transfers = made_,
                .refused = refused_,
                .audits = audits_,
                .failed_audits = failed_audits_};
    }

  private:
    vitrine::Store& store_;
    Receipts& receipts_;
    const DayPlan& plan_;
    std::vector<AccountRef> accounts_;
    std::atomic<std::uint64_t> begun_{0};
    std::atomic<std::uint64_t> made_{0};
    std::atomic<std::uint64_t> refused_{0};
    std::atomic<std::uint64_t> audits_{0};
    std::atomic<std::uint64_t> failed_audits_{0};
    std::atomic<bool> closed_{false};
};

}  // namespace

DayReport work_a_day(vitrine::Store& store, Receipts& receipts, const DayPlan& plan) {
    return Day(store, receipts, plan).run();
}

}  // namespace bank
