#pragma once

#include <cstddef>

#include <vitrine/vitrine.hpp>

namespace bank {

struct Audit {
    std::size_t accounts = 0;
    std::size_t transfers = 0;
    std::size_t wrong_balances = 0;  ///< accounts whose opening and transfers give another balance
    bool money_kept = true;          ///< the balances add up to what was opened with

    [[nodiscard]] bool ok() const { return wrong_balances == 0 && money_kept; }
};

/// Replays the ledger and compares it with the balances. Any snapshot has to pass, at any moment.
Audit audit(const vitrine::Snapshot& snapshot);

}  // namespace bank
