#include "bank.hpp"

#include <fmt/format.h>

namespace bank {

using vitrine::Transaction;

void open_accounts(vitrine::Store& store, int count, std::int64_t opening) {
    store.transact([&](Transaction& tx) {
        auto accounts = tx.tree<std::string, AccountRef>(kAccounts);
        if (!accounts.empty()) return;
        for (int i = 0; i < count; ++i) {
            const auto name = fmt::format("account-{:03}", i);
            accounts.put(name, tx.create<Account>([&](Account::Builder account) {
                account.setOwner(fmt::format("owner of {}", name));
                account.setOpening(opening);
                account.setBalance(opening);
            }));
        }
        // An empty ledger is there as well: asking for its reference makes it.
        static_cast<void>(tx.tree<Receipt, Transfer>(kLedger).ref());
    });
}

std::uint64_t next_number(const vitrine::Snapshot& snapshot, std::uint32_t teller) {
    for (auto [receipt, made] : snapshot.tree<Receipt, Transfer>(kLedger).prefix(teller).reversed())
        return std::get<1>(receipt) + 1;
    return 0;
}

bool transfer(vitrine::Store& store, Receipt receipt, AccountRef from, AccountRef to,
              std::int64_t amount) {
    return store.transact([&](Transaction& tx) {
        auto giver = tx.edit(from);
        if (giver.getBalance() < amount) {
            tx.abort();
            return false;
        }
        giver.setBalance(giver.getBalance() - amount);
        auto taker = tx.edit(to);
        taker.setBalance(taker.getBalance() + amount);
        tx.tree<Receipt, Transfer>(kLedger).put(receipt, [&](Transfer::Builder entry) {
            from.store(entry.initFrom());
            to.store(entry.initTo());
            entry.setAmount(amount);
        });
        return true;
    });
}

}  // namespace bank
