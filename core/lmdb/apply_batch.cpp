#include "core/lmdb/apply_batch.hpp"

#include <limits>

#include "core/commit_row.hpp"
#include "core/lmdb/keys.hpp"
#include "core/lmdb/row_sums.hpp"

namespace vitrine::core::lmdb {
namespace {

int erase(MDB_cursor* cursor, RowKey row, SumEdits& sums) {
    ObjectKey bytes = object_key(row);
    MDB_val key = bytes.value();
    MDB_val value{};
    const int code = mdb_cursor_get(cursor, &key, &value, MDB_SET);
    if (code == MDB_NOTFOUND) return MDB_SUCCESS;
    if (code != MDB_SUCCESS) return code;
    sums.remove(Summed::objects, bytes.value(), value);
    return mdb_cursor_del(cursor, 0);
}

/// A row that is there already is replaced, and counts once. Appended rows are new.
int put(MDB_cursor* cursor, const RowPut& row, unsigned flags, SumEdits& sums) {
    ObjectKey bytes = object_key({row.id, row.version});
    MDB_val key = bytes.value();
    MDB_val value = value_of(row.value);
    const int code = mdb_cursor_put(cursor, &key, &value, flags != 0 ? flags : MDB_NOOVERWRITE);
    if (code == MDB_SUCCESS) {
        sums.add(Summed::objects, bytes.value(), value_of(row.value));
        return MDB_SUCCESS;
    }
    if (code != MDB_KEYEXIST || flags != 0) return code;
    value = value_of(row.value);
    return mdb_cursor_put(cursor, &key, &value, 0);
}

/// The same for the small tables, whose values may count.
int put(MDB_txn* txn, MDB_dbi table, Summed summed, MDB_val key, MDB_val value, SumEdits& sums) {
    MDB_val there = value;
    int code = mdb_put(txn, table, &key, &there, MDB_NOOVERWRITE);
    if (code == MDB_KEYEXIST) {
        sums.remove(summed, key, there);
        there = value;
        code = mdb_put(txn, table, &key, &there, 0);
    }
    if (code == MDB_SUCCESS) sums.add(summed, key, value);
    return code;
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
int write_rows(MDB_cursor* cursor, const Batch& batch, SumEdits& sums) {
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
            code = erase(cursor, *erased++, sums);
        }
        auto end = first;
        while (end != batch.puts.end() && end->id == id) ++end;
        for (auto row = end; code == MDB_SUCCESS && row != first;) {
            code = put(cursor, *--row, flags, sums);
        }
        first = end;
    }
    return code;
}

int write_kept(MDB_txn* txn, MDB_dbi table, const Batch& batch, SumEdits& sums) {
    for (const KeptRow& row : batch.release) {
        KeptKey bytes = kept_key(row);
        MDB_val key = bytes.value();
        MDB_val value{};
        int code = mdb_get(txn, table, &key, &value);
        if (code == MDB_NOTFOUND) continue;
        if (code != MDB_SUCCESS) return code;
        sums.remove(Summed::kept, key, value);
        code = mdb_del(txn, table, &key, nullptr);
        if (code != MDB_SUCCESS) return code;
    }
    for (const KeptRow& row : batch.keep) {
        KeptKey key = kept_key(row);
        TypeKey until{{swapped(row.until.value())}};
        const int code = put(txn, table, Summed::kept, key.value(), until.value(), sums);
        if (code != MDB_SUCCESS) return code;
    }
    return MDB_SUCCESS;
}

int write_types(MDB_txn* txn, MDB_dbi table, const Batch& batch, SumEdits& sums) {
    for (const StoredType& type : batch.types) {
        TypeKey key = type_key(type.id);
        const int code = put(txn, table, Summed::types, key.value(), value_of(type.node), sums);
        if (code != MDB_SUCCESS) return code;
    }
    return MDB_SUCCESS;
}

int add_commits(MDB_txn* txn, MDB_dbi table, const Batch& batch, SumEdits& sums) {
    std::vector<std::byte> bytes;
    for (const CommitRow& commit : batch.commits) {
        encode_commit(commit, bytes);
        TypeKey key{{swapped(commit.version.value())}};
        const MDB_val value{bytes.size(), bytes.data()};
        const int code = put(txn, table, Summed::commits, key.value(), value, sums);
        if (code != MDB_SUCCESS) return code;
    }
    return MDB_SUCCESS;
}

int forget_commits(MDB_txn* txn, MDB_dbi table, const Batch& batch, SumEdits& sums) {
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
        sums.remove(Summed::commits, key, value);
        code = mdb_cursor_del(cursor, 0);
        if (code != MDB_SUCCESS) break;
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

}  // namespace

int apply_batch(MDB_txn* txn, const Tables& tables, const Batch& batch, Identity identity,
                Word& sums) {
    SumEdits edits;
    MDB_cursor* cursor = nullptr;
    int code = mdb_cursor_open(txn, tables.objects, &cursor);
    if (code != MDB_SUCCESS) return code;
    code = write_rows(cursor, batch, edits);
    mdb_cursor_close(cursor);
    if (code == MDB_SUCCESS) code = write_kept(txn, tables.kept, batch, edits);
    if (code == MDB_SUCCESS) code = write_types(txn, tables.types, batch, edits);
    if (code == MDB_SUCCESS) code = add_commits(txn, tables.commits, batch, edits);
    if (code == MDB_SUCCESS) code = forget_commits(txn, tables.commits, batch, edits);
    if (code == MDB_SUCCESS) code = edits.store(txn, tables.sums, sums);
    if (code != MDB_SUCCESS) return code;
    const MetaRow meta = encode_meta({batch.newest, batch.time, batch.next_object_id, batch.history,
                                      identity, batch.log, batch.step},
                                     {mdb_txn_id(txn), sums});
    MDB_val key = meta_key();
    MDB_val value = value_of(meta);
    return mdb_put(txn, tables.meta, &key, &value, 0);
}

}  // namespace vitrine::core::lmdb
