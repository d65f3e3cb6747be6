#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bindings/cpp/accounts.capnp.h"
#include "tests/bindings/cpp/library.hpp"

namespace vitrine::test {

using accounts::Account;
using accounts::Reading;
using Numbers = Tree<std::int64_t, std::int64_t>;
using NumbersEditor = TreeEditor<std::int64_t, std::int64_t>;

/// An empty store of the test's own. Commits return when they are visible: what these tests ask is
/// not how they survive a crash.
class AccountsTest : public testing::Test {
  protected:
    static StoreOptions options() { return {.durability = Durability::deferred}; }

    Ref<Account> make(std::string_view owner, std::int64_t balance = 10) {
        return store_.transact([&](Transaction& tx) {
            return tx.create<Account>([&](Account::Builder account) {
                account.setOwner(std::string(owner));
                account.setBalance(balance);
            });
        });
    }
    void set_balance(Ref<Account> account, std::int64_t balance) {
        store_.transact([&](Transaction& tx) { tx.edit(account).setBalance(balance); });
    }
    std::int64_t balance(Ref<Account> account) {
        return store_.snapshot().get(account)->getBalance();
    }
    static NumbersEditor numbers(Transaction& tx) {
        return tx.tree<std::int64_t, std::int64_t>("numbers");
    }
    static Numbers numbers(const Snapshot& snapshot) {
        return snapshot.tree<std::int64_t, std::int64_t>("numbers");
    }
    Numbers numbers() { return numbers(store_.snapshot()); }
    /// Keys 0, 10, 20 … below 10 * count; each value is its key.
    void fill_numbers(std::int64_t count) {
        store_.transact([&](Transaction& tx) {
            auto tree = numbers(tx);
            tree.clear();
            for (std::int64_t i = 0; i < count; ++i) tree.put(10 * i, 10 * i);
        });
    }
    void put_number(std::int64_t key, std::int64_t value) {
        store_.transact([&](Transaction& tx) { numbers(tx).put(key, value); });
    }

    core::testing::TemporaryFolder folder_;
    Store store_ = Store::open(folder_.file(), options());
};

/// Whether the transaction commits; false when it conflicts.
inline bool commits(Transaction& transaction) {
    try {
        transaction.commit();
        return true;
    } catch (const ConflictError&) {
        return false;
    }
}

}  // namespace vitrine::test
