#pragma once

#include <vitrine.h>

#include <memory>

#include "bindings/c/src/handles.hpp"

namespace vitrine::capi {

/// Begins a transaction on the newest commit. Throws: UsageError.
std::shared_ptr<TransactionState> begin(const vitrine_store* store, TransactionOptions options,
                                        bool in_transact);

/// What C says as the machine's. NULL: defaults. Throws: UsageError.
TransactionOptions to_options(const vitrine_transaction_options* given);

}  // namespace vitrine::capi
