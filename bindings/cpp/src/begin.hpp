#pragma once

#include <memory>

#include <vitrine/options.hpp>

#include "mvcc/transaction.hpp"

namespace vitrine::detail {

/// A transaction on the newest commit, which `base` is. Throws: UsageError for a store that was
/// opened to be read only.
std::shared_ptr<mvcc::Transaction> begin(mvcc::Snapshot base, TransactionOptions options);

}  // namespace vitrine::detail
