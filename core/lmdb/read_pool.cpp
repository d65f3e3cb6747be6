#include "core/lmdb/read_pool.hpp"

#include <utility>

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
    if (reader.txn == nullptr) return make(reader);
    int code = mdb_txn_renew(reader.txn);
    // Renewing the cursor as well: it still has the path of pages of its last snapshot.
    if (code == MDB_SUCCESS) code = mdb_cursor_renew(reader.txn, reader.objects);
    if (code != MDB_PANIC) return code;
    // Of an environment that takes no more transactions.
    destroy(std::exchange(reader, {}));
    return make(reader);
}

int ReadPool::make(Reader& reader) const {
    const auto begin = [&] {
        reader.env = environment_.env();
        return mdb_txn_begin(reader.env, nullptr, MDB_RDONLY, &reader.txn);
    };
    int code = begin();
    if (code == MDB_READERS_FULL) {  // slots of processes that died
        mdb_reader_check(reader.env, nullptr);
        code = begin();
    }
    if (code == MDB_PANIC) {
        code = environment_.reopen_for_reading(reader.env);
        if (code == MDB_SUCCESS) code = begin();
    }
    const MDB_dbi objects = environment_.tables().objects;
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
