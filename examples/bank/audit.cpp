#include "audit.hpp"

#include <cstdint>
#include <unordered_map>

#include "bank.hpp"

namespace bank {

Audit audit(const vitrine::Snapshot& snapshot) {
    const auto view = snapshot.view();
    std::unordered_map<AccountRef, std::int64_t> moved;
    Audit audit;
    for (auto [receipt, transfer] : snapshot.tree<Receipt, Transfer>(kLedger)) {
        moved[vitrine::ref(transfer.getFrom())] -= transfer.getAmount();
        moved[vitrine::ref(transfer.getTo())] += transfer.getAmount();
        ++audit.transfers;
    }
    std::int64_t opened = 0;
    std::int64_t held = 0;
    for (auto [name, ref] : snapshot.tree<std::string, AccountRef>(kAccounts)) {
        const auto account = view.get(ref);
        if (account.getBalance() != account.getOpening() + moved[ref]) ++audit.wrong_balances;
        opened += account.getOpening();
        held += account.getBalance();
        ++audit.accounts;
    }
    audit.money_kept = opened == held;
    return audit;
}

}  // namespace bank
