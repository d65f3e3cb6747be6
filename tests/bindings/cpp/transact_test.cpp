#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

class TransactTest : public AccountsTest {
  protected:
    /// From another transaction: whoever read or wrote the account before conflicts.
    void interfere() { set_balance(account_, balance(account_) + 100); }

    Ref<Account> account_ = make("shared", 0);
};

TEST_F(TransactTest, ReturnsWhatTheFunctionReturnsOrTheVersion) {
    EXPECT_EQ(store_.transact([&](Transaction& tx) { return tx.get(account_).getBalance() + 1; }),
              1);
    const Version version =
        store_.transact([&](Transaction& tx) { tx.edit(account_).setBalance(1); });
    EXPECT_EQ(version, store_.version());
    EXPECT_EQ(store_.transact([&](Transaction& tx) { static_cast<void>(tx.get(account_)); }),
              version)
        << "what only reads returns the version of its base";
    auto owned = store_.transact([](Transaction&) { return std::make_unique<int>(7); });
    EXPECT_EQ(*owned, 7);
}

TEST_F(TransactTest, RunsAgainUntilItDoesNotConflict) {
    int runs = 0;
    store_.transact([&](Transaction& tx) {
        tx.edit(account_).setBalance(tx.get(account_).getBalance() + 1);
        if (++runs < 4) interfere();
    });
    EXPECT_EQ(runs, 4);
    EXPECT_EQ(balance(account_), 301) << "the last run saw what the others had left";
}

TEST_F(TransactTest, LeavesNothingOfARunThatConflicted) {
    int runs = 0;
    store_.transact([&](Transaction& tx) {
        tx.edit(account_).setBalance(-1);
        tx.create<Account>();
        if (++runs < 3) interfere();
    });
    EXPECT_EQ(store_.verify().objects, 2U);
}

TEST_F(TransactTest, GivesUpAfterItsAttempts) {
    for (const int attempts : {1, 2, 5}) {
        int runs = 0;
        const auto always = [&](Transaction& tx) {
            tx.edit(account_).setBalance(-1);
            ++runs;
            interfere();
        };
        EXPECT_THROW(store_.transact(always, {.attempts = attempts}), ConflictError);
        EXPECT_EQ(runs, attempts);
    }
    EXPECT_GT(balance(account_), 0);
    int runs = 0;
    EXPECT_THROW(store_.transact([&](Transaction&) { ++runs; }, {.attempts = 0}), UsageError);
    EXPECT_EQ(runs, 0);
}

TEST_F(TransactTest, TriesThirtyTwoTimesUnlessTold) {
    int runs = 0;
    EXPECT_THROW(store_.transact([&](Transaction& tx) {
        tx.edit(account_).setBalance(-1);
        ++runs;
        interfere();
    }),
                 ConflictError);
    EXPECT_EQ(runs, 32);
}

TEST_F(TransactTest, AbortInsideMeansNoCommitAndNoMoreRuns) {
    int runs = 0;
    const int result = store_.transact([&](Transaction& tx) {
        tx.edit(account_).setBalance(-1);
        interfere();
        tx.abort();
        return ++runs;
    });
    EXPECT_EQ(result, 1);
    EXPECT_EQ(balance(account_), 100);
    const Version before = store_.version();
    EXPECT_EQ(store_.transact([&](Transaction& tx) {
        tx.create<Account>();
        tx.abort();
    }),
              before);
    EXPECT_EQ(store_.version(), before);
}

TEST_F(TransactTest, CommitInsideIsAUsageError) {
    EXPECT_THROW(store_.transact([&](Transaction& tx) {
        tx.edit(account_).setBalance(-1);
        tx.commit();
    }),
                 UsageError);
    EXPECT_EQ(balance(account_), 0);
}

TEST_F(TransactTest, WhatTheFunctionThrowsAbortsAndPassesThrough) {
    int runs = 0;
    EXPECT_THROW(store_.transact([&](Transaction& tx) {
        tx.edit(account_).setBalance(-1);
        ++runs;
        interfere();
        throw std::out_of_range("mine");
    }),
                 std::out_of_range);
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(balance(account_), 100);
}

TEST_F(TransactTest, FollowsItsIsolation) {
    for (const Isolation isolation : {Isolation::serializable, Isolation::snapshot}) {
        const Ref<Account> written = make("written", -1);
        int runs = 0;
        store_.transact(
            [&](Transaction& tx) {
                tx.edit(written).setBalance(tx.get(account_).getBalance() + 1);
                if (++runs == 1) interfere();
            },
            {.isolation = isolation});
        EXPECT_EQ(runs, isolation == Isolation::serializable ? 2 : 1);
    }
}

TEST_F(TransactTest, EveryIncrementOfManyThreadsCounts) {
    constexpr int kThreads = 4;
    constexpr int kRounds = 50;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i)
            threads.emplace_back([&] {
                for (int round = 0; round < kRounds; ++round)
                    store_.transact(
                        [&](Transaction& tx) {
                            auto account = tx.edit(account_);
                            account.setBalance(account.getBalance() + 1);
                        },
                        {.attempts = 10000});
            });
    }
    EXPECT_EQ(balance(account_), kThreads * kRounds);
}

}  // namespace
}  // namespace vitrine::test
