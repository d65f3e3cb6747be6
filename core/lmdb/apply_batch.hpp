#pragma once

#include <lmdb.h>

#include "core/lmdb/environment.hpp"
#include "core/lmdb/meta_row.hpp"
#include "core/storage.hpp"

namespace vitrine::core::lmdb {

/// Makes a batch's changes in a write transaction. Throws nothing and owns nothing, for guarded().
/// Returns LMDB's code; after an error the transaction can only be aborted.
int apply_batch(MDB_txn* txn, const Tables& tables, const Batch& batch, const MetaRow& meta);

}  // namespace vitrine::core::lmdb
