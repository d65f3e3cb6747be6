#pragma once

#include <memory>

#include "tests/bench/store.hpp"

namespace vitrine::bench {

// Each in a file of its own, with its settings and why.
std::unique_ptr<Store> open_vitrine(const Place& place);
std::unique_ptr<Store> open_lmdb(const Place& place);
std::unique_ptr<Store> open_rocksdb(const Place& place);
std::unique_ptr<Store> open_leveldb(const Place& place);
std::unique_ptr<Store> open_sqlite(const Place& place);
std::unique_ptr<Store> open_berkeley(const Place& place);
std::unique_ptr<Store> open_wiredtiger(const Place& place);

inline constexpr Kind kVitrine{
    "vitrine", "Vitrine", open_vitrine,
    "objects by reference, trees of 8-byte or text keys to bytes; reads through a View; "
    "Durability::full, or deferred where it says deferred; serializable"};
inline constexpr Kind kLmdb{
    "lmdb", "LMDB", open_lmdb,
    "MDB_INTEGERKEY for integers, MDB_NOTLS, a read transaction per thread that is renewed, values "
    "read where they lie; deferred is MDB_NOSYNC, which a crash of the machine may corrupt; its "
    "cache is the page cache, without a limit"};
inline constexpr Kind kRocksdb{
    "rocksdb", "RocksDB", open_rocksdb,
    "OptimisticTransactionDB for transfers, WriteBatch for loads; sync=true, or false for "
    "deferred; "
    "Bloom filters of 10 bits, 64 MiB memtables, no compression; values read as PinnableSlice"};
inline constexpr Kind kLeveldb{
    "leveldb", "LevelDB", open_leveldb,
    "it has no transactions: a transfer locks two of 1024 mutexes of the benchmark, reads, and "
    "writes one WriteBatch; sync=true, or false for deferred; Bloom filters of 10 bits, 64 MiB "
    "memtables, no compression"};
inline constexpr Kind kSqlite{
    "sqlite", "SQLite", open_sqlite,
    "WAL of 64 MiB, synchronous=FULL, or NORMAL for deferred; 4096-byte pages, a connection and "
    "prepared "
    "statements per thread, BEGIN IMMEDIATE behind one mutex (its own busy handler sleeps), keys "
    "as the table's own (rowid, or WITHOUT ROWID)"};
inline constexpr Kind kBerkeley{
    "berkeley", "Berkeley DB", open_berkeley,
    "B-tree of 4096-byte pages in a private transactional environment; snapshot isolation for "
    "reads "
    "(where none are timed, DB_MULTIVERSION is off), DB_RMW for what is updated, bulk cursors for "
    "scans; deferred is DB_TXN_WRITE_NOSYNC"};
inline constexpr Kind kWiredtiger{
    "wiredtiger", "WiredTiger", open_wiredtiger,
    "row store, snapshot isolation, log on, transaction_sync on (fsync), or off for deferred; bulk "
    "cursor for the sorted load; no compression"};

}  // namespace vitrine::bench
