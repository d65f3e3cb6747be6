#include <thread>
#include <vector>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

struct MergeEditsTest : AccountsTest {
    void add_balances() {
        store_.merge_edits<Account>([](Account::Reader base, Account::Reader theirs,
                                       Account::Reader mine, Account::Builder merged) {
            merged.setBalance(theirs.getBalance() + mine.getBalance() - base.getBalance());
        });
    }
};

TEST_F(MergeEditsTest, DepositsOfManyThreadsAddUpWithoutAConflict) {
    add_balances();
    const auto account = make("Ann", 0);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                Transaction tx = store_.begin();
                auto builder = tx.edit(account);
                builder.setBalance(builder.getBalance() + 1);
                tx.commit();
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(balance(account), 800);
    EXPECT_EQ(store_.stats().conflicts, 0u);
}

TEST_F(MergeEditsTest, WhatTheRuleDoesNotSetIsMine) {
    add_balances();
    const auto account = make("Ann", 10);
    Transaction tx = store_.begin();
    tx.edit(account).setOwner("Ann Lee");
    set_balance(account, 25);
    tx.commit();
    EXPECT_EQ(balance(account), 25);
    EXPECT_EQ(std::string(store_.snapshot().get(account)->getOwner().cStr()), "Ann Lee");
}

TEST_F(MergeEditsTest, OtherTypesConflictAsBefore) {
    add_balances();
    const auto reading = store_.transact([](Transaction& tx) { return tx.create<Reading>(); });
    Transaction tx = store_.begin();
    tx.edit(reading).setDegrees(1);
    store_.transact([&](Transaction& other) { other.edit(reading).setDegrees(2); });
    EXPECT_FALSE(commits(tx));
}

}  // namespace
}  // namespace vitrine::test
