#include "core/lmdb/read_pool.hpp"

#include "core/lmdb/errors.hpp"

namespace vitrine::core::lmdb {

ReadPool::~ReadPool() {
    for (const Reader& reader : asleep_) destroy(reader);
}

void ReadPool::destroy(Reader reader) {
    if (reader.objects != nullptr) mdb_cursor_close(reader.objects);
    if (reader.txn != nullptr) mdb_txn_abort(reader.txn);
}

Reader ReadPool::take() {
    std::unique_lock lock(mutex_);
    asleep_.reserve(asleep_.size() + awake_ + 1);  // so that giving back cannot throw
    freed_.wait(lock, [this] { return awake_ < kMaxReaders; });
    ++awake_;
    if (asleep_.empty()) return {};
    const Reader reader = asleep_.back();
    asleep_.pop_back();
    return reader;
}

int ReadPool::wake(Reader& reader) const {
    const MDB_dbi objects = environment_.tables().objects;
    if (reader.txn != nullptr) {
        const int code = mdb_txn_renew(reader.txn);
        // Renewing the cursor as well: it still has the path of pages of its last snapshot.
        return code == MDB_SUCCESS ? mdb_cursor_renew(reader.txn, reader.objects) : code;
    }
    MDB_env* env = environment_.env();
    int code = mdb_txn_begin(env, nullptr, MDB_RDONLY, &reader.txn);
    if (code == MDB_READERS_FULL) {  // slots of processes that died
        mdb_reader_check(env, nullptr);
        code = mdb_txn_begin(env, nullptr, MDB_RDONLY, &reader.txn);
    }
    return code == MDB_SUCCESS ? mdb_cursor_open(reader.txn, objects, &reader.objects) : code;
}

void ReadPool::give_back(Reader reader, bool spoilt) {
    if (spoilt) {
        destroy(reader);
    } else {
        mdb_txn_reset(reader.txn);
    }
    {
        const std::lock_guard lock(mutex_);
        --awake_;
        if (!spoilt) asleep_.push_back(reader);
    }
    freed_.notify_one();
}

ReadPool::Lease::Lease(ReadPool& pool) : pool_(pool), reader_(pool.take()) {
    const int code = guarded([this] { return pool_.wake(reader_); });
    if (code == MDB_SUCCESS) return;
    pool_.give_back(reader_, true);
    throw_error(code, pool_.environment_.name(), "beginning to read");
}

ReadPool::Lease::~Lease() { pool_.give_back(reader_, spoilt_); }

}  // namespace vitrine::core::lmdb
