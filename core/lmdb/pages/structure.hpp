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

/// What check_structure finds wrong with tables as a whole.
void check_heads(const Layout& layout, std::vector<PageFault>& faults);

}  // namespace vitrine::core::lmdb
