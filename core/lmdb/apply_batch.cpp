#include "core/lmdb/apply_batch.hpp"

#include <limits>

#include "core/commit_row.hpp"
#include "core/lmdb/keys.hpp"

namespace vitrine::core::lmdb {
namespace {

int erase(MDB_cursor* cursor, RowKey row) {
    ObjectKey bytes = object_key(row);
    MDB_val key = bytes.value();
    MDB_val value{};
    const int code = mdb_cursor_get(cursor, &key, &value, MDB_SET);
    if (code == MDB_NOTFOUND) return MDB_SUCCESS;
    return code == MDB_SUCCESS ? mdb_cursor_del(cursor, 0) : code;
}

int put(MDB_cursor* cursor, const RowPut& row, unsigned flags) {
    ObjectKey bytes = object_key({row.id, row.version});
    MDB_val key = bytes.value();
    MDB_val value = value_of(row.value);
    return mdb_cursor_put(cursor, &key, &value, flags);
}

/// MDB_APPEND when all new rows lie behind the table's last one: they then fill pages fully, and
/// need no search.
int choose_flags(MDB_cursor* cursor, const Batch& batch, unsigned& flags) {
    flags = 0;
    if (batch.puts.empty()) return MDB_SUCCESS;
    MDB_val key{};
    MDB_val value{};
    const int code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    if (code == MDB_NOTFOUND) {
        flags = MDB_APPEND;
        return MDB_SUCCESS;
    }
    if (code != MDB_SUCCESS) return code;
    if (decode_object_key(key).id < batch.puts.front().id) flags = MDB_APPEND;
    return MDB_SUCCESS;
}

/// Object by object: first its erases, then its puts, newest version first. The rows of an object
/// are neighbours, so a put mostly finds the place that an erase just made on the same page.
int write_rows(MDB_cursor* cursor, const Batch& batch) {
    unsigned flags = 0;
    int code = choose_flags(cursor, batch, flags);
    auto erased = batch.erases.begin();
    auto first = batch.puts.begin();
    while (code == MDB_SUCCESS && (erased != batch.erases.end() || first != batch.puts.end())) {
        constexpr ObjectId kNone{std::numeric_limits<std::uint64_t>::max()};
        const ObjectId next_erased = erased != batch.erases.end() ? erased->id : kNone;
        const ObjectId next_put = first != batch.puts.end() ? first->id : kNone;
        const ObjectId id = next_erased < next_put ? next_erased : next_put;
        while (code == MDB_SUCCESS && erased != batch.erases.end() && erased->id == id) {
            code = erase(cursor, *erased++);
        }
        auto end = first;
        while (end != batch.puts.end() && end->id == id) ++end;
        for (auto row = end; code == MDB_SUCCESS && row != first;) {
            code = put(cursor, *--row, flags);
        }
        first = end;
    }
    return code;
}

int write_kept(MDB_txn* txn, MDB_dbi table, const Batch& batch) {
    for (const KeptRow& row : batch.release) {
        KeptKey bytes = kept_key(row);
        MDB_val key = bytes.value();
        const int code = mdb_del(txn, table, &key, nullptr);
        if (code != MDB_SUCCESS && code != MDB_NOTFOUND) return code;
    }
    for (const KeptRow& row : batch.keep) {
        KeptKey bytes = kept_key(row);
        TypeKey until{{swapped(row.until.value())}};
        MDB_val key = bytes.value();
        MDB_val value = until.value();
        const int code = mdb_put(txn, table, &key, &value, 0);
        if (code != MDB_SUCCESS) return code;
    }
    return MDB_SUCCESS;
}

int write_types(MDB_txn* txn, MDB_dbi table, const Batch& batch) {
    for (const StoredType& type : batch.types) {
        TypeKey bytes = type_key(type.id);
        MDB_val key = bytes.value();
        MDB_val value = value_of(type.node);
        const int code = mdb_put(txn, table, &key, &value, 0);
        if (code != MDB_SUCCESS) return code;
    }
    return MDB_SUCCESS;
}

int add_commits(MDB_txn* txn, MDB_dbi table, const Batch& batch) {
    std::vector<std::byte> bytes;
    for (const CommitRow& commit : batch.commits) {
        encode_commit(commit, bytes);
        TypeKey version{{swapped(commit.version.value())}};
        MDB_val key = version.value();
        MDB_val value{bytes.size(), bytes.data()};
        const int code = mdb_put(txn, table, &key, &value, 0);
        if (code != MDB_SUCCESS) return code;
    }
    return MDB_SUCCESS;
}

int forget_commits(MDB_txn* txn, MDB_dbi table, const Batch& batch) {
    if (batch.forget_commits == Version{}) return MDB_SUCCESS;
    MDB_cursor* cursor = nullptr;
    int code = mdb_cursor_open(txn, table, &cursor);
    if (code != MDB_SUCCESS) return code;
    std::size_t left = Batch::kForgotten + batch.commits.size();
    while (left-- != 0) {
        MDB_val key{};
        MDB_val value{};
        code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
        if (code != MDB_SUCCESS || key.mv_size != sizeof(TypeKey)) break;
        if (Version{key_part(key, 0)} >= batch.forget_commits) break;
        code = mdb_cursor_del(cursor, 0);
        if (code != MDB_SUCCESS) break;
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

}  // namespace

int apply_batch(MDB_txn* txn, const Tables& tables, const Batch& batch, const MetaRow& meta) {
    MDB_cursor* cursor = nullptr;
    int code = mdb_cursor_open(txn, tables.objects, &cursor);
    if (code != MDB_SUCCESS) return code;
    code = write_rows(cursor, batch);
    mdb_cursor_close(cursor);
    if (code == MDB_SUCCESS) code = write_kept(txn, tables.kept, batch);
    if (code == MDB_SUCCESS) code = write_types(txn, tables.types, batch);
    if (code == MDB_SUCCESS) code = add_commits(txn, tables.commits, batch);
    if (code == MDB_SUCCESS) code = forget_commits(txn, tables.commits, batch);
    if (code != MDB_SUCCESS) return code;
    MDB_val key = meta_key();
    MDB_val value = value_of(meta);
    return mdb_put(txn, tables.meta, &key, &value, 0);
}

}  // namespace vitrine::core::lmdb
