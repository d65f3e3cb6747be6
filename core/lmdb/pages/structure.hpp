#pragma once

#include <vector>

#include "core/lmdb/pages/census.hpp"

namespace vitrine::core::lmdb {

/// Walks the free list, the table of tables and every table, and says all that is wrong with the
/// file's pages: what LMDB would stumble over, and pages that are used twice or by nobody. Whether
/// rows are intact is not looked at. A sound store, also one that a crash left, has no faults; a file
/// without faults holds nothing that makes LMDB leave it.
/// Requires: nobody writes to the file. Never throws for what the file holds.
/// Cost: every page in use is read once, values' own pages apart; two bytes of memory per page.
std::vector<PageFault> check_structure(const PageFile& file);

/// The same, and one CorruptionError with the first faults if there are any.
void require_structure(const PageFile& file);

/// One CorruptionError unless LMDB can be asked for its tables: their names and heads are on one
/// leaf, which is looked at before every opening. (A broken one made LMDB search it for ever.) Whether
/// they are a Vitrine store's tables is not its matter: StorageError where they could not be.
/// Cost: reads a page.
void require_tables(const PageFile& file, std::uint64_t root);

/// What check_structure finds wrong with tables as a whole.
void check_heads(const Layout& layout, std::vector<PageFault>& faults);

}  // namespace vitrine::core::lmdb
