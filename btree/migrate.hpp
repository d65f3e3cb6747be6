#pragma once

#include <vector>

#include <vitrine/migration_report.hpp>
#include <vitrine/options.hpp>

#include "core/function_ref.hpp"
#include "mvcc/store.hpp"

namespace vitrine::btree {

/// Makes objects of type `to` of all objects of type `from`, in transactions of bounded size; each
/// keeps its id. Stored `Ref`s to the one type, in structs and as values of trees, become `Ref`s to the
/// other. What is done already is not done again, so a migration that was cut off is resumed by
/// calling it once more.
/// Requires: both types are known to the store; nobody makes objects of type `from` meanwhile.
/// Throws: what `convert` throws, StorageError, CancelledError; what was committed stays.
/// Cost: a scan of all rows.
MigrationReport migrate(mvcc::Store& store, core::TypeId from, core::TypeId to,
                        core::FunctionRef<std::vector<core::Word>(core::Words)> convert,
                        const Progress& progress);

}  // namespace vitrine::btree
