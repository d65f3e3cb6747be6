#pragma once

#include <lmdb.h>

#include <cstring>

#include "core/lmdb/errors.hpp"

namespace vitrine::core::lmdb {

/// Keys of one size.
inline int compare_keys(const MDB_val& a, const MDB_val& b) {
    return std::memcmp(a.mv_data, b.mv_data, a.mv_size);
}

/// To the first row whose key is not below `key`, as MDB_SET_RANGE, in a table whose keys have all
/// that size. The row before is looked at too: only between two neighbours is it certain that a
/// damaged branch did not lead astray. MDB_CORRUPTED when it did; MDB_NOTFOUND at the end.
/// `before`: gives the row before its key; none: its size is 0. For guarded().
inline int seek(MDB_cursor* cursor, MDB_val& key, MDB_val& value, MDB_val& before) {
    const MDB_val sought = key;
    int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    const bool at_end = code == MDB_NOTFOUND;
    if (code != MDB_SUCCESS && !at_end) return code;
    if (!at_end && (key.mv_size != sought.mv_size || compare_keys(key, sought) < 0))
        return MDB_CORRUPTED;
    before = {};
    MDB_val its_value{};
    code = mdb_cursor_get(cursor, &before, &its_value, at_end ? MDB_LAST : MDB_PREV);
    if (code == MDB_NOTFOUND) {
        before = {};
    } else if (code != MDB_SUCCESS) {
        return code;
    } else if (before.mv_size != sought.mv_size || compare_keys(before, sought) >= 0) {
        return MDB_CORRUPTED;
    }
    return at_end ? MDB_NOTFOUND : MDB_SUCCESS;
}

/// A cursor for one call; closed before its transaction sleeps.
class Cursor {
  public:
    ~Cursor() {
        if (cursor_ != nullptr) mdb_cursor_close(cursor_);
    }
    Cursor() = default;
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    int open(MDB_txn* txn, MDB_dbi table) { return mdb_cursor_open(txn, table, &cursor_); }
    /// Forgets where it stands: the next search goes down from the root. For readers' transactions.
    int restart(MDB_txn* txn) { return mdb_cursor_renew(txn, cursor_); }
    int get(MDB_val& key, MDB_val& value, MDB_cursor_op step) {
        return guarded([&] { return mdb_cursor_get(cursor_, &key, &value, step); });
    }
    /// As lmdb::seek(); stands on the row, if there is one.
    int seek(MDB_val& key, MDB_val& value) {
        return guarded([&] {
            MDB_val before{};
            const int code = lmdb::seek(cursor_, key, value, before);
            if (code != MDB_SUCCESS) return code;
            return mdb_cursor_get(cursor_, &key, &value,
                                  before.mv_size == 0 ? MDB_FIRST : MDB_NEXT);
        });
    }

  private:
    MDB_cursor* cursor_ = nullptr;
};

}  // namespace vitrine::core::lmdb
