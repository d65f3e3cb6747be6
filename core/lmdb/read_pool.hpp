#pragma once

#include <lmdb.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "core/lmdb/environment.hpp"

namespace vitrine::core::lmdb {

/// A read transaction and its cursor over the object rows; both are asleep between reads.
struct Reader {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    MDB_cursor* objects = nullptr;
};

/// Sleeping read transactions: waking one costs nanoseconds, making one a lock and a slot.
/// Invariant: a pooled reader is reset, so it pins no page (S4).
/// Threads: any; a read beyond kMaxReaders at one time waits for another one to end.
class ReadPool {
  public:
    explicit ReadPool(Environment& environment) : environment_(environment) {}
    ReadPool(const ReadPool&) = delete;
    ReadPool& operator=(const ReadPool&) = delete;
    /// Requires: no lease is left.
    ~ReadPool();

    /// A reader that is awake: its snapshot is as of the construction.
    class Lease {
      public:
        explicit Lease(ReadPool& pool);
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease();

        [[nodiscard]] MDB_txn* txn() const { return reader_.txn; }
        [[nodiscard]] MDB_cursor* objects() const { return reader_.objects; }
        /// After an error: LMDB may have marked the transaction as broken, so it is not kept.
        void spoil() { spoilt_ = true; }

      private:
        ReadPool& pool_;
        Reader reader_;
        bool spoilt_ = false;
    };

  private:
    Reader take();
    int wake(Reader& reader) const;
    int make(Reader& reader) const;
    void give_back(Reader reader, bool spoilt);
    static void destroy(Reader reader);

    Environment& environment_;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<Reader> asleep_;
    unsigned awake_ = 0;
};

}  // namespace vitrine::core::lmdb
