#pragma once

#include <vitrine/options.hpp>
#include <vitrine/verify_report.hpp>

#include "mvcc/snapshot.hpp"

namespace vitrine::btree {

/// Looks at everything that a snapshot shows, and at every row: checksums, versions, the order,
/// limits and counts of trees, and where references lead. Work may go on beside it.
/// Throws: CancelledError, nothing else: what goes wrong is a fault in the report.
/// Cost: reads the whole store once, trees twice; memory for faults only.
VerifyReport verify(const mvcc::Snapshot& snapshot, const Progress& progress);

}  // namespace vitrine::btree
