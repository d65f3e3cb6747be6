#include "core/lmdb/find_row.hpp"

#include "core/lmdb/keys.hpp"

namespace vitrine::core::lmdb {

int find_row(MDB_cursor* cursor, ObjectId id, Version at, bool look_back, FoundRow& row) {
    ObjectKey bytes = object_key({id, at});
    MDB_val key = bytes.value();
    int code = mdb_cursor_get(cursor, &key, &row.value, MDB_SET_RANGE);
    const bool at_end = code == MDB_NOTFOUND;
    if (code != MDB_SUCCESS && !at_end) return code;
    if (!at_end) {
        if (key.mv_size != sizeof(ObjectKey)) return MDB_CORRUPTED;
        const RowKey found = decode_object_key(key);
        row.found = found.id == id;
        row.born = found.version;
    }
    if (!look_back) return MDB_SUCCESS;
    MDB_val value{};
    code = mdb_cursor_get(cursor, &key, &value, at_end ? MDB_LAST : MDB_PREV);
    if (code == MDB_NOTFOUND) return MDB_SUCCESS;
    if (code != MDB_SUCCESS) return code;
    if (key.mv_size != sizeof(ObjectKey)) return MDB_CORRUPTED;
    const RowKey newer = decode_object_key(key);
    if (newer.id == id) row.until = newer.version;
    return MDB_SUCCESS;
}

}  // namespace vitrine::core::lmdb
