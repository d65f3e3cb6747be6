#pragma once

#include <lmdb.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace vitrine::bench {

/// LMDB as its own users use it: a file with one table, read transactions that are renewed instead of
/// made anew, values read where they lie.
class LmdbFile {
  public:
    enum class Keys { integer, text };
    enum class Sync { yes, no };  ///< no: MDB_NOSYNC, which a crash of the machine may corrupt

    LmdbFile(const std::filesystem::path& file, Keys keys, Sync sync = Sync::yes);
    ~LmdbFile();
    LmdbFile(const LmdbFile&) = delete;
    LmdbFile& operator=(const LmdbFile&) = delete;

    [[nodiscard]] MDB_env* environment() const { return environment_; }
    [[nodiscard]] MDB_dbi table() const { return table_; }

  private:
    MDB_env* environment_ = nullptr;
    MDB_dbi table_ = 0;
};

void check_lmdb(int code, const char* call);

inline MDB_val lmdb_key(const std::uint64_t& key) {
    return {sizeof(key), const_cast<std::uint64_t*>(&key)};
}
template <class T, std::size_t n>
MDB_val lmdb_value(const std::array<T, n>& bytes) {
    return {n, const_cast<T*>(bytes.data())};
}

/// A read transaction, kept by its thread.
class LmdbReader {
  public:
    explicit LmdbReader(const LmdbFile& file);
    ~LmdbReader();
    LmdbReader(const LmdbReader&) = delete;
    LmdbReader& operator=(const LmdbReader&) = delete;

    void reset() { mdb_txn_reset(transaction_); }
    void renew() { check_lmdb(mdb_txn_renew(transaction_), "mdb_txn_renew"); }
    /// The value, which must be there.
    [[nodiscard]] MDB_val get(MDB_val key) const {
        MDB_val value;
        check_lmdb(mdb_get(transaction_, table_, &key, &value), "mdb_get");
        return value;
    }
    [[nodiscard]] MDB_cursor* cursor() const;

  private:
    MDB_txn* transaction_ = nullptr;
    MDB_dbi table_;
};

/// A write transaction; aborts unless it was committed.
class LmdbWriter {
  public:
    explicit LmdbWriter(const LmdbFile& file);
    ~LmdbWriter();
    LmdbWriter(const LmdbWriter&) = delete;
    LmdbWriter& operator=(const LmdbWriter&) = delete;

    [[nodiscard]] MDB_val get(MDB_val key) const;
    void put(MDB_val key, MDB_val value, unsigned flags = 0);
    void commit();

  private:
    MDB_txn* transaction_ = nullptr;
    MDB_dbi table_;
};

}  // namespace vitrine::bench
