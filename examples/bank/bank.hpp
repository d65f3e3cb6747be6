#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include <vitrine/vitrine.hpp>

#include "bank.capnp.h"

namespace bank {

using AccountRef = vitrine::Ref<Account>;

inline constexpr std::string_view kAccounts = "accounts";  // name -> AccountRef

/// A transfer's number: who made it, and how many that teller had made before. Tellers that number
/// their transfers apart never meet at a key of the ledger.
using Receipt = std::tuple<std::uint32_t, std::uint64_t>;
inline constexpr std::string_view kLedger = "ledger";  // Receipt -> Transfer

/// Does nothing where there are accounts already.
void open_accounts(vitrine::Store& store, int count, std::int64_t opening);

/// The number of the teller's next transfer.
std::uint64_t next_number(const vitrine::Snapshot& snapshot, std::uint32_t teller);

/// Moves the money and writes it into the ledger, both or neither. False, and nothing happened, when
/// the account has less than that.
bool transfer(vitrine::Store& store, Receipt receipt, AccountRef from, AccountRef to,
              std::int64_t amount);

}  // namespace bank
