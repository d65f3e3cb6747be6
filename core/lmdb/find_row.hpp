#pragma once

#include <lmdb.h>

#include "core/storage.hpp"

namespace vitrine::core::lmdb {

/// A row and its interval [born, until), as one LMDB transaction shows them.
struct FoundRow {
    bool found = false;
    Version born;
    Version until = kOpen;
    MDB_val value{};
};

/// Finds the object's newest row whose version is at most `at`, and the next newer one's version,
/// which lies just before it. Returns MDB_CORRUPTED when a damaged branch led astray (cursor.hpp).
/// For guarded(). Cost: one descent and one step.
int find_row(MDB_cursor* cursor, ObjectId id, Version at, FoundRow& row);

}  // namespace vitrine::core::lmdb
