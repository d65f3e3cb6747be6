#include "core/lmdb/find_row.hpp"

#include "core/lmdb/cursor.hpp"
#include "core/lmdb/keys.hpp"

namespace vitrine::core::lmdb {

int find_row(MDB_cursor* cursor, ObjectId id, Version at, FoundRow& row) {
    ObjectKey bytes = object_key({id, at});
    MDB_val key = bytes.value();
    MDB_val before{};
    const int code = seek(cursor, key, row.value, before);
    if (code != MDB_SUCCESS && code != MDB_NOTFOUND) return code;
    if (code == MDB_SUCCESS) {
        const RowKey found = decode_object_key(key);
        row.found = found.id == id;
        row.born = found.version;
    }
    if (before.mv_size != 0) {
        const RowKey newer = decode_object_key(before);
        if (newer.id == id) row.until = newer.version;
    }
    return MDB_SUCCESS;
}

}  // namespace vitrine::core::lmdb
