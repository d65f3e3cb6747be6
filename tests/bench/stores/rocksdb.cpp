// RocksDB: log-structured. Transfers are transactions of OptimisticTransactionDB (which writes in groups,
// like the plain database), loads are plain WriteBatches. Compression
// is off, as nobody else has it; Bloom filters are what its guide recommends for point look-ups; memtables and
// the log are its defaults.
#include <limits>
#include <stdexcept>
#include <string>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/optimistic_transaction_db.h>
#include <rocksdb/utilities/transaction.h>

#include "tests/bench/stores/kinds.hpp"

namespace vitrine::bench {
namespace {

void check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error("RocksDB: " + status.ToString());
}

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

rocksdb::Options options_for(const Place& place) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(place.cache_bytes);
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kNoCompression;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
}

class RocksdbStore final : public Store {
  public:
    explicit RocksdbStore(const Place& place) : content(place.content) {
        write.sync = place.sync == Sync::durable;
        rocksdb::OptimisticTransactionDB* opened = nullptr;
        check(rocksdb::OptimisticTransactionDB::Open(options_for(place), place.folder.string(),
                                                     &opened));
        transactional.reset(opened);
        plain = transactional->GetBaseDB();
    }
    std::unique_ptr<Session> session() override;
    void flush() override { check(plain->FlushWAL(true)); }
    void settle() override {
        check(plain->Flush({}));
        check(plain->CompactRange({}, nullptr, nullptr));
    }

    const Content content;
    rocksdb::WriteOptions write;
    std::unique_ptr<rocksdb::OptimisticTransactionDB> transactional;
    rocksdb::DB* plain = nullptr;
};

class RocksdbSession final : public Session {
  public:
    explicit RocksdbSession(RocksdbStore& store) : store_(store) {}

    void draw(const std::vector<std::uint32_t>& indices) override {
        keys_.clear();
        for (const std::uint32_t index : indices) keys_.push_back(byte_key(store_.content, index));
    }
    void snapshots(std::size_t times) override {
        for (std::size_t i = 0; i < times; ++i)
            store_.plain->ReleaseSnapshot(store_.plain->GetSnapshot());
    }
    void load_sorted(std::size_t keys) override {
        constexpr std::size_t kPerBatch = 1000;
        rocksdb::WriteBatch batch;
        const auto write = [&] {
            check(store_.plain->Write({}, &batch));
            batch.Clear();
        };
        for (const std::uint32_t index : in_key_order(store_.content, keys)) {
            const ByteKey key = byte_key(store_.content, index);
            const Value value = first_value(store_.content, index);
            check(batch.Put(slice(key.view()), slice(chars_of(value))));
            if (batch.Count() == kPerBatch) write();
        }
        write();
        store_.flush();
    }
    void put(std::span<const std::uint32_t> indices, std::uint64_t salt) override {
        rocksdb::WriteBatch batch;
        for (const std::uint32_t index : indices) {
            const ByteKey key = byte_key(store_.content, index);
            check(batch.Put(slice(key.view()), slice(chars_of(value_of(index, salt)))));
        }
        check(store_.plain->Write(store_.write, &batch));
    }
    void transfer(const Transfer& transfer) override {
        for (;;) {
            transaction_.reset(
                store_.transactional->BeginTransaction(store_.write, {}, transaction_.release()));
            move_balance(transfer.from, -transfer.amount);
            move_balance(transfer.to, transfer.amount);
            const rocksdb::Status status = transaction_->Commit();
            if (status.IsBusy() || status.IsTryAgain()) continue;
            return check(status);
        }
    }

  protected:
    void begin() override { read_.snapshot = store_.plain->GetSnapshot(); }
    void end() override {
        store_.plain->ReleaseSnapshot(read_.snapshot);
        read_.snapshot = nullptr;
    }
    std::uint64_t sum_of_keys(std::size_t first, std::size_t count) override {
        std::uint64_t sum = 0;
        rocksdb::PinnableSlice value;
        for (const ByteKey& key : std::span(keys_).subspan(first, count)) {
            check(store_.plain->Get(read_, store_.plain->DefaultColumnFamily(), slice(key.view()),
                                    &value));
            sum += first_word(value.data());
            value.Reset();
        }
        return sum;
    }
    std::uint64_t sum_of_ranges(std::size_t items) override {
        const std::unique_ptr<rocksdb::Iterator> cursor(store_.plain->NewIterator(read_));
        std::uint64_t sum = 0;
        for (const ByteKey& from : keys_) {
            cursor->Seek(slice(from.view()));
            sum += sum_on(*cursor, items);
        }
        return sum;
    }
    std::uint64_t sum_of_all() override {
        const std::unique_ptr<rocksdb::Iterator> cursor(store_.plain->NewIterator(read_));
        cursor->SeekToFirst();
        return sum_on(*cursor, std::numeric_limits<std::size_t>::max());
    }

  private:
    static std::uint64_t sum_on(rocksdb::Iterator& cursor, std::size_t items) {
        std::uint64_t sum = 0;
        for (; cursor.Valid() && items > 0; cursor.Next(), --items)
            sum += index_of(cursor.key().data()) + first_word(cursor.value().data());
        check(cursor.status());
        return sum;
    }
    void move_balance(std::uint32_t account, std::int64_t amount) {
        const ByteKey key = byte_key(store_.content, account);
        check(transaction_->GetForUpdate({}, slice(key.view()), &row_));
        const std::uint64_t balance = first_word(row_.data()) + static_cast<std::uint64_t>(amount);
        std::memcpy(row_.data(), &balance, sizeof(balance));
        check(transaction_->Put(slice(key.view()), row_));
    }

    RocksdbStore& store_;
    rocksdb::ReadOptions read_;
    std::vector<ByteKey> keys_;
    std::unique_ptr<rocksdb::Transaction> transaction_;
    std::string row_;
};

std::unique_ptr<Session> RocksdbStore::session() { return std::make_unique<RocksdbSession>(*this); }

}  // namespace

std::unique_ptr<Store> open_rocksdb(const Place& place) {
    return std::make_unique<RocksdbStore>(place);
}

}  // namespace vitrine::bench
