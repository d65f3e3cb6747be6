#pragma once

#include <lmdb.h>

#include "core/lmdb/environment.hpp"
#include "core/lmdb/meta_row.hpp"
#include "core/storage.hpp"

namespace vitrine::core::lmdb {

/// Makes a batch's changes in a write transaction, for guarded(). `sums`: the sum of all sums, before
/// and after. Throws: std::bad_alloc.
/// Returns LMDB's code; after an error the transaction can only be aborted.
int apply_batch(MDB_txn* txn, const Tables& tables, const Batch& batch, Identity identity,
                Word& sums);

}  // namespace vitrine::core::lmdb
