#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

/// A store with an account, readings and numbers; what a test holds must outlive it.
class LifetimesTest : public AccountsTest {
  protected:
    LifetimesTest() {
        fill_numbers(3000);
        store_.transact([](Transaction& tx) {
            auto readings = tx.tree<std::string, Reading>("readings");
            for (int i = 0; i < 200; ++i)
                readings.put("station-" + std::to_string(i), [&](Reading::Builder r) {
                    r.setStation("a name that no short string holds " + std::to_string(i));
                });
        });
    }
    Tree<std::string, Reading> readings() {
        return store_.snapshot().tree<std::string, Reading>("readings");
    }
    /// The store goes, and nothing that was materialised stays without a holder.
    void lose_store() {
        store_.flush();
        store_.trim_cache();
        const Store gone = std::move(store_);
    }
    bool file_is_free() {
        try {
            static_cast<void>(Store::open(folder_.file(), options()));
            return true;
        } catch (const StorageError& error) {
            EXPECT_TRUE(contains(error.what(), "still held by 1 snapshot")) << error.what();
            return false;
        }
    }
    /// `held` keeps the file until it goes.
    template <class T>
    void expect_holds(const std::function<T()>& take, const std::function<void(T&)>& use) {
        std::optional<T> held{take()};
        lose_store();
        EXPECT_FALSE(file_is_free());
        use(*held);
        held.reset();
        EXPECT_TRUE(file_is_free());
    }

    Ref<Account> account_ = make("an owner whose name no short string holds", 7);
};

TEST_F(LifetimesTest, ASnapshotOutlivesItsStore) {
    expect_holds<Snapshot>([&] { return store_.snapshot(); },
                           [&](Snapshot& snapshot) {
                               EXPECT_EQ(snapshot.get(account_)->getBalance(), 7);
                               EXPECT_EQ(numbers(snapshot).size(), 3000U);
                               EXPECT_EQ(snapshot.roots().size(), 2U);
                               EXPECT_GT(snapshot.time().time_since_epoch().count(), 0);
                           });
}

TEST_F(LifetimesTest, ATreeOutlivesItsStore) {
    expect_holds<Numbers>([&] { return numbers(); },
                          [](Numbers& tree) {
                              EXPECT_EQ(tree.at(29990), 29990);
                              EXPECT_EQ(std::distance(tree.begin(), tree.end()), 3000);
                          });
}

TEST_F(LifetimesTest, ARangeOutlivesItsStore) {
    const auto take = [&] { return numbers().range(100, 200); };
    expect_holds<Numbers::Range>(take, [](Numbers::Range& range) {
        EXPECT_EQ(std::distance(range.begin(), range.end()), 10);
    });
}

TEST_F(LifetimesTest, AnIteratorOutlivesItsStoreAndReadsOn) {
    const auto take = [&] { return numbers().begin(); };
    expect_holds<Numbers::iterator>(take, [](Numbers::iterator& iterator) {
        std::int64_t count = 0;
        for (; iterator != Numbers::iterator{}; ++iterator)
            EXPECT_EQ((*iterator).key, 10 * count++);
        EXPECT_EQ(count, 3000);
    });
}

TEST_F(LifetimesTest, AViewOutlivesItsStoreAndWhatItGaveIsValidWithIt) {
    std::optional<View> view = store_.snapshot().view();
    const Account::Reader account = view->get(account_);
    const auto reading = view->tree<std::string, Reading>("readings").at("station-7");
    lose_store();
    EXPECT_FALSE(file_is_free());
    EXPECT_EQ(account.getOwner(), "an owner whose name no short string holds");
    EXPECT_EQ(reading.getStation(), "a name that no short string holds 7");
    EXPECT_EQ((view->tree<std::int64_t, std::int64_t>("numbers").at(10)), 10);
    view.reset();
    EXPECT_TRUE(file_is_free());
}

TEST_F(LifetimesTest, ATransactionOutlivesItsStoreAndRefusesAllButBase) {
    std::optional<Transaction> tx = store_.begin();
    tx->edit(account_).setBalance(8);
    auto tree = numbers(*tx);
    lose_store();
    EXPECT_FALSE(file_is_free());
    EXPECT_EQ(tx->base().get(account_)->getBalance(), 7);
    EXPECT_THROW(static_cast<void>(tx->get(account_)), UsageError);
    EXPECT_THROW(tree.put(1, 1), UsageError);
    EXPECT_THROW(tx->commit(), UsageError);
    tx.reset();
    tree = {};
    EXPECT_TRUE(file_is_free());
}

TEST_F(LifetimesTest, ObjectsItemsAndEntriesHoldMemoryOnly) {
    const Object<Account> object = store_.snapshot().get(account_);
    const Item<Reading> item = readings().at("station-7");
    const auto entry = readings().last();
    const auto text = numbers().first();
    lose_store();
    EXPECT_TRUE(file_is_free());
    EXPECT_EQ(object->getOwner(), "an owner whose name no short string holds");
    EXPECT_EQ(object.ref(), account_);
    EXPECT_EQ(item->getStation(), "a name that no short string holds 7");
    EXPECT_EQ(entry->key, "station-99");
    EXPECT_EQ(entry->value->getStation(), "a name that no short string holds 99");
    EXPECT_EQ(text->key, 0);
}

TEST_F(LifetimesTest, ALoopOverATemporaryIsSafe) {
    std::int64_t sum = 0;
    for (auto [key, value] :
         store_.snapshot().tree<std::int64_t, std::int64_t>("numbers").range(0, 100)) {
        store_.trim_cache();
        sum += value;
    }
    EXPECT_EQ(sum, 450);
}

TEST_F(LifetimesTest, WhatWasTakenStaysAsItWasWhateverIsCommittedLater) {
    const Snapshot snapshot = store_.snapshot();
    const Object<Account> object = snapshot.get(account_);
    const Item<Reading> item = readings().at("station-7");
    const View view = snapshot.view();
    const Account::Reader borrowed = view.get(account_);
    for (int i = 0; i < 20; ++i) {
        store_.transact([&](Transaction& tx) {
            if (auto account = tx.find(account_)) tx.erase(account_);
            tx.tree<std::string, Reading>("readings").clear();
            for (int n = 0; n < 100; ++n)
                tx.create<Account>([](Account::Builder b) { b.setOwner(std::string(200, 'x')); });
        });
        store_.trim_cache();
    }
    EXPECT_EQ(object->getBalance(), 7);
    EXPECT_EQ(borrowed.getOwner(), "an owner whose name no short string holds");
    EXPECT_EQ(item->getStation(), "a name that no short string holds 7");
    EXPECT_EQ(snapshot.get(account_)->getBalance(), 7);
    EXPECT_EQ((snapshot.tree<std::string, Reading>("readings").size()), 200U);
}

TEST_F(LifetimesTest, ASnapshotIsSharedByManyThreads) {
    const Snapshot snapshot = store_.snapshot();
    const Numbers tree = numbers(snapshot);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, copy = snapshot] {
            for (std::int64_t key = 0; key < 3000; ++key) EXPECT_EQ(tree.at(10 * key), 10 * key);
            EXPECT_EQ(copy.get(account_)->getBalance(), 7);
            EXPECT_EQ(snapshot.get(account_)->getBalance(), 7);
        });
}

TEST_F(LifetimesTest, AnObjectMayBeMovedToAnotherThreadAndDroppedThere) {
    Object<Account> object = store_.snapshot().get(account_);
    const Object<Account> copy = object;
    std::jthread([moved = std::move(object)] { EXPECT_EQ(moved->getBalance(), 7); }).join();
    EXPECT_EQ(copy->getBalance(), 7);
}

TEST_F(LifetimesTest, AnIterationAfterTheEndOfItsTransactionIsRightOrRefused) {
    std::optional<Transaction> tx = store_.begin();
    auto tree = numbers(*tx);
    tree.put(5, 5);
    auto iterator = tree.begin();
    tx.reset();
    fill_numbers(0);
    store_.trim_cache();
    std::vector<std::int64_t> shown;
    try {
        for (; iterator != Numbers::iterator{}; ++iterator) shown.push_back((*iterator).key);
        EXPECT_EQ(shown.size(), 3001U);
    } catch (const UsageError&) {
    }
    for (std::size_t i = 2; i < shown.size(); ++i)
        EXPECT_EQ(shown[i], 10 * (static_cast<std::int64_t>(i) - 1));
}

}  // namespace
}  // namespace vitrine::test
