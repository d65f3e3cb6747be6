#pragma once

#include <lmdb.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "core/lmdb/file_claim.hpp"
#include "core/lmdb/file_header.hpp"

namespace vitrine::core::lmdb {

/// The six tables. Object rows have one of their own, for their alignment (S3): all its keys are
/// 16 bytes and all its values whole words.
struct Tables {
    MDB_dbi objects = 0;
    MDB_dbi kept = 0;
    MDB_dbi types = 0;
    MDB_dbi commits = 0;
    MDB_dbi meta = 0;
    MDB_dbi sums = 0;  ///< row_sums.hpp

    bool operator==(const Tables&) const = default;
};

/// How many reads may run at one time.
inline constexpr unsigned kMaxReaders = 1024;

/// A claimed file, checked, mapped, and with its tables open.
/// Threads: env() as LMDB says; the rest is constant.
class Environment {
  public:
    Environment(const std::filesystem::path& file, const Options& options);
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment();

    /// Another one after reopen_for_reading(), whose release is the partner of this acquire.
    [[nodiscard]] MDB_env* env() const { return env_.load(std::memory_order_acquire); }
    [[nodiscard]] const Tables& tables() const { return tables_; }
    [[nodiscard]] const std::string& name() const { return claim_.name(); }
    [[nodiscard]] int descriptor() const { return claim_.descriptor(); }
    [[nodiscard]] Identity identity() const { return identity_; }
    /// The sum of all sums as it was when the file was opened.
    [[nodiscard]] Word sums_at_opening() const { return sums_at_opening_; }

    void set_holders(std::function<std::string()> holders) {
        claim_.set_holders(std::move(holders));
    }

    /// From now on the environment is never closed: a transaction in it cannot be ended.
    void abandon() { abandoned_ = true; }

    /// After a meta page could not be written LMDB lets nobody read either (MDB_PANIC). What is on
    /// disk is still good to read, through another, read-only LMDB environment, which this makes;
    /// readers in the old one go on. There must be no writes after it.
    /// Threads: any; of several that met the panic of `broken`, one does it.
    int reopen_for_reading(MDB_env* broken);

  private:
    struct Unopened {};
    Environment(Unopened, const std::filesystem::path& file, const Options& options);
    void map(const Options& options);
    int try_map(unsigned flags, std::uint64_t bytes, MDB_env*& env);
    void open_tables();
    void create_tables(Identity identity);

    FileClaim claim_;
    FileHeader header_;
    std::uint64_t map_bytes_ = 0;
    std::atomic<MDB_env*> env_{nullptr};
    MDB_env* broken_ = nullptr;
    std::mutex reopening_;
    Tables tables_;
    Identity identity_;
    Word sums_at_opening_ = 0;
    bool abandoned_ = false;
};

/// A transaction that is aborted unless it was given away.
class Transaction {
  public:
    Transaction() = default;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        if (txn_ != nullptr) mdb_txn_abort(txn_);
    }

    int begin(MDB_env* env, unsigned flags) { return mdb_txn_begin(env, nullptr, flags, &txn_); }
    [[nodiscard]] MDB_txn* get() const { return txn_; }
    /// For mdb_txn_commit, which frees it whatever comes.
    MDB_txn* release() { return std::exchange(txn_, nullptr); }

  private:
    MDB_txn* txn_ = nullptr;
};

}  // namespace vitrine::core::lmdb
