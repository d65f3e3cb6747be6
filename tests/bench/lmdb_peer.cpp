#include "tests/bench/lmdb_peer.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace vitrine::bench {

void check_lmdb(int code, const char* call) {
    if (code != MDB_SUCCESS)
        throw std::runtime_error(std::string(call) + ": " + mdb_strerror(code));
}

LmdbFile::LmdbFile(const std::filesystem::path& file, Keys keys, Sync sync) {
    check_lmdb(mdb_env_create(&environment_), "mdb_env_create");
    check_lmdb(mdb_env_set_mapsize(environment_, std::size_t{64} << 30), "mdb_env_set_mapsize");
    const unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | (sync == Sync::no ? MDB_NOSYNC : 0U);
    check_lmdb(mdb_env_open(environment_, file.c_str(), flags, 0644), "mdb_env_open");
    MDB_txn* transaction = nullptr;
    check_lmdb(mdb_txn_begin(environment_, nullptr, 0, &transaction), "mdb_txn_begin");
    const unsigned integer = keys == Keys::integer ? MDB_INTEGERKEY : 0U;
    check_lmdb(mdb_dbi_open(transaction, nullptr, integer, &table_), "mdb_dbi_open");
    check_lmdb(mdb_txn_commit(transaction), "mdb_txn_commit");
}

LmdbFile::~LmdbFile() { mdb_env_close(environment_); }

LmdbReader::LmdbReader(const LmdbFile& file) : table_(file.table()) {
    check_lmdb(mdb_txn_begin(file.environment(), nullptr, MDB_RDONLY, &transaction_),
               "mdb_txn_begin");
}

LmdbReader::~LmdbReader() { mdb_txn_abort(transaction_); }

MDB_cursor* LmdbReader::cursor() const {
    MDB_cursor* cursor = nullptr;
    check_lmdb(mdb_cursor_open(transaction_, table_, &cursor), "mdb_cursor_open");
    return cursor;
}

LmdbWriter::LmdbWriter(const LmdbFile& file) : table_(file.table()) {
    check_lmdb(mdb_txn_begin(file.environment(), nullptr, 0, &transaction_), "mdb_txn_begin");
}

LmdbWriter::~LmdbWriter() {
    if (transaction_ != nullptr) mdb_txn_abort(transaction_);
}

MDB_val LmdbWriter::get(MDB_val key) const {
    MDB_val value;
    check_lmdb(mdb_get(transaction_, table_, &key, &value), "mdb_get");
    return value;
}

void LmdbWriter::put(MDB_val key, MDB_val value, unsigned flags) {
    check_lmdb(mdb_put(transaction_, table_, &key, &value, flags), "mdb_put");
}

void LmdbWriter::commit() {
    check_lmdb(mdb_txn_commit(std::exchange(transaction_, nullptr)), "mdb_txn_commit");
}

}  // namespace vitrine::bench
