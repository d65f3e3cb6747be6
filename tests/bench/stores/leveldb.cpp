// LevelDB: log-structured, without transactions. A transfer locks its two rows by mutexes of our own, a
// thousand of them, so that LevelDB still sees many writers and makes their writes one; then it reads
// both rows and writes one WriteBatch. That is as atomic as a transaction, for programs that agree on it.
// Compression is off, as nobody else has it; memtables are as large as RocksDB's.
#include <array>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include "tests/bench/stores/kinds.hpp"

namespace vitrine::bench {
namespace {

void check(const leveldb::Status& status) {
    if (!status.ok()) throw std::runtime_error("LevelDB: " + status.ToString());
}

leveldb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

class LeveldbStore final : public Store {
  public:
    explicit LeveldbStore(const Place& place)
        : content(place.content),
          cache_(leveldb::NewLRUCache(place.cache_bytes)),
          filter_(leveldb::NewBloomFilterPolicy(10)) {
        write.sync = place.sync == Sync::durable;
        leveldb::Options options;
        options.create_if_missing = true;
        options.compression = leveldb::kNoCompression;
        options.write_buffer_size = std::size_t{64} << 20;
        options.block_cache = cache_.get();
        options.filter_policy = filter_.get();
        leveldb::DB* opened = nullptr;
        check(leveldb::DB::Open(options, place.folder.string(), &opened));
        database.reset(opened);
    }
    std::unique_ptr<Session> session() override;
    /// Its log is synced by the next synced write.
    void flush() override {
        leveldb::WriteOptions synced;
        synced.sync = true;
        leveldb::WriteBatch nothing;
        check(database->Write(synced, &nothing));
    }
    void settle() override { database->CompactRange(nullptr, nullptr); }

    /// Both rows of a transfer; twice the same when they share a mutex.
    std::pair<std::mutex*, std::mutex*> locks_of(const Transfer& transfer) {
        return {&rows_[transfer.from % rows_.size()], &rows_[transfer.to % rows_.size()]};
    }

    const Content content;
    leveldb::WriteOptions write;

  private:
    std::unique_ptr<leveldb::Cache> cache_;
    std::unique_ptr<const leveldb::FilterPolicy> filter_;
    std::array<std::mutex, 1024> rows_;

  public:
    std::unique_ptr<leveldb::DB> database;
};

class LeveldbSession final : public Session {
  public:
    explicit LeveldbSession(LeveldbStore& store) : store_(store), database_(*store.database) {}

    void draw(const std::vector<std::uint32_t>& indices) override {
        keys_.clear();
        for (const std::uint32_t index : indices) keys_.push_back(byte_key(store_.content, index));
    }
    void snapshots(std::size_t times) override {
        for (std::size_t i = 0; i < times; ++i) database_.ReleaseSnapshot(database_.GetSnapshot());
    }
    void load_sorted(std::size_t keys) override {
        constexpr std::size_t kPerBatch = 1000;
        leveldb::WriteBatch batch;
        std::size_t held = 0;
        for (const std::uint32_t index : in_key_order(store_.content, keys)) {
            const ByteKey key = byte_key(store_.content, index);
            const Value value = first_value(store_.content, index);
            batch.Put(slice(key.view()), slice(chars_of(value)));
            if (++held % kPerBatch != 0) continue;
            check(database_.Write({}, &batch));
            batch.Clear();
        }
        check(database_.Write({}, &batch));
        store_.flush();
    }
    void put(std::span<const std::uint32_t> indices, std::uint64_t salt) override {
        leveldb::WriteBatch batch;
        for (const std::uint32_t index : indices) {
            const ByteKey key = byte_key(store_.content, index);
            batch.Put(slice(key.view()), slice(chars_of(value_of(index, salt))));
        }
        check(database_.Write(store_.write, &batch));
    }
    void transfer(const Transfer& transfer) override {
        const auto [one, other] = store_.locks_of(transfer);
        std::unique_lock<std::mutex> first(*one, std::defer_lock), second;
        if (one == other) {
            first.lock();
        } else {
            second = std::unique_lock(*other, std::defer_lock);
            std::lock(first, second);
        }
        leveldb::WriteBatch batch;
        move_balance(batch, transfer.from, -transfer.amount);
        move_balance(batch, transfer.to, transfer.amount);
        check(database_.Write(store_.write, &batch));
    }

  protected:
    void begin() override { read_.snapshot = database_.GetSnapshot(); }
    void end() override {
        database_.ReleaseSnapshot(read_.snapshot);
        read_.snapshot = nullptr;
    }
    std::uint64_t sum_of_keys(std::size_t first, std::size_t count) override {
        std::uint64_t sum = 0;
        for (const ByteKey& key : std::span(keys_).subspan(first, count)) {
            check(database_.Get(read_, slice(key.view()), &row_));
            sum += first_word(row_.data());
        }
        return sum;
    }
    std::uint64_t sum_of_ranges(std::size_t items) override {
        const std::unique_ptr<leveldb::Iterator> cursor(database_.NewIterator(read_));
        std::uint64_t sum = 0;
        for (const ByteKey& from : keys_) {
            cursor->Seek(slice(from.view()));
            sum += sum_on(*cursor, items);
        }
        return sum;
    }
    std::uint64_t sum_of_all() override {
        const std::unique_ptr<leveldb::Iterator> cursor(database_.NewIterator(read_));
        cursor->SeekToFirst();
        return sum_on(*cursor, std::numeric_limits<std::size_t>::max());
    }

  private:
    static std::uint64_t sum_on(leveldb::Iterator& cursor, std::size_t items) {
        std::uint64_t sum = 0;
        for (; cursor.Valid() && items > 0; cursor.Next(), --items)
            sum += index_of(cursor.key().data()) + first_word(cursor.value().data());
        check(cursor.status());
        return sum;
    }
    void move_balance(leveldb::WriteBatch& batch, std::uint32_t account, std::int64_t amount) {
        const ByteKey key = byte_key(store_.content, account);
        check(database_.Get({}, slice(key.view()), &row_));
        const std::uint64_t balance = first_word(row_.data()) + static_cast<std::uint64_t>(amount);
        std::memcpy(row_.data(), &balance, sizeof(balance));
        batch.Put(slice(key.view()), row_);
    }

    LeveldbStore& store_;
    leveldb::DB& database_;
    leveldb::ReadOptions read_;
    std::vector<ByteKey> keys_;
    std::string row_;
};

std::unique_ptr<Session> LeveldbStore::session() { return std::make_unique<LeveldbSession>(*this); }

}  // namespace

std::unique_ptr<Store> open_leveldb(const Place& place) {
    return std::make_unique<LeveldbStore>(place);
}

}  // namespace vitrine::bench
