// LMDB as its own users use it: a file with one table, read transactions that are renewed instead of
// made anew, values read where they lie, MDB_APPEND for sorted loads. It has one writer at a time and
// a sync for each of its commits; its cache is the page cache of the system. Serializable, since
// writers wait for each other.
#include <lmdb.h>

#include <limits>
#include <stdexcept>
#include <string>

#include "tests/bench/stores/kinds.hpp"

namespace vitrine::bench {
namespace {

void check(int code, const char* call) {
    if (code != MDB_SUCCESS)
        throw std::runtime_error(std::string(call) + ": " + mdb_strerror(code));
}

class LmdbStore final : public Store {
  public:
    explicit LmdbStore(const Place& place) : content(place.content) {
        check(mdb_env_create(&environment), "mdb_env_create");
        check(mdb_env_set_mapsize(environment, std::size_t{64} << 30), "mdb_env_set_mapsize");
        const unsigned flags =
            MDB_NOSUBDIR | MDB_NOTLS | (place.sync == Sync::deferred ? MDB_NOSYNC : 0U);
        check(mdb_env_open(environment, (place.folder / "data.lmdb").c_str(), flags, 0644),
              "mdb_env_open");
        MDB_txn* transaction = nullptr;
        check(mdb_txn_begin(environment, nullptr, 0, &transaction), "mdb_txn_begin");
        const unsigned integer = content == Content::texts ? 0U : MDB_INTEGERKEY;
        check(mdb_dbi_open(transaction, nullptr, integer, &table), "mdb_dbi_open");
        check(mdb_txn_commit(transaction), "mdb_txn_commit");
    }
    ~LmdbStore() override { mdb_env_close(environment); }
    std::unique_ptr<Session> session() override;
    void flush() override { check(mdb_env_sync(environment, 1), "mdb_env_sync"); }

    const Content content;
    MDB_env* environment = nullptr;
    MDB_dbi table = 0;
};

/// A write transaction; aborts unless it was committed.
class Writer {
  public:
    explicit Writer(const LmdbStore& store) : table_(store.table) {
        check(mdb_txn_begin(store.environment, nullptr, 0, &transaction_), "mdb_txn_begin");
    }
    ~Writer() {
        if (transaction_ != nullptr) mdb_txn_abort(transaction_);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void put(MDB_val key, const Value& value, unsigned flags = 0) {
        MDB_val bytes{value.size(), const_cast<std::byte*>(value.data())};
        check(mdb_put(transaction_, table_, &key, &bytes, flags), "mdb_put");
    }
    void move_balance(std::uint64_t account, std::int64_t amount) {
        MDB_val key{sizeof(account), &account}, found;
        check(mdb_get(transaction_, table_, &key, &found), "mdb_get");
        Value row;
        std::memcpy(row.data(), found.mv_data, row.size());
        const std::uint64_t balance = first_word(row.data()) + static_cast<std::uint64_t>(amount);
        std::memcpy(row.data(), &balance, sizeof(balance));
        put(key, row);
    }
    void commit() { check(mdb_txn_commit(std::exchange(transaction_, nullptr)), "mdb_txn_commit"); }

  private:
    MDB_txn* transaction_ = nullptr;
    MDB_dbi table_;
};

class LmdbSession final : public Session {
  public:
    explicit LmdbSession(LmdbStore& store) : store_(store) {
        check(mdb_txn_begin(store.environment, nullptr, MDB_RDONLY, &reader_), "mdb_txn_begin");
        check(mdb_cursor_open(reader_, store.table, &cursor_), "mdb_cursor_open");
        mdb_txn_reset(reader_);
    }
    ~LmdbSession() override {
        mdb_cursor_close(cursor_);
        mdb_txn_abort(reader_);
    }

    void draw(const std::vector<std::uint32_t>& indices) override {
        numbers_.assign(indices.begin(), indices.end());
        texts_.clear();
        if (store_.content == Content::texts)
            for (const std::uint32_t index : indices) texts_.push_back(text_key(index));
    }
    void snapshots(std::size_t times) override {
        for (std::size_t i = 0; i < times; ++i) {
            begin();
            end();
        }
    }
    void load_sorted(std::size_t keys) override {
        Writer writer(store_);
        for (const std::uint64_t index : in_key_order(store_.content, keys)) {
            const Value value = first_value(store_.content, index);
            if (store_.content == Content::texts) {
                const TextKey key = text_key(index);
                writer.put(value_of_text(key), value, MDB_APPEND);
            } else {
                writer.put(value_of_number(index), value, MDB_APPEND);
            }
        }
        writer.commit();
        store_.flush();
    }
    void put(std::span<const std::uint32_t> indices, std::uint64_t salt) override {
        Writer writer(store_);
        for (const std::uint64_t index : indices)
            writer.put(value_of_number(index), value_of(index, salt));
        writer.commit();
    }
    void transfer(const Transfer& transfer) override {
        Writer writer(store_);
        writer.move_balance(transfer.from, -transfer.amount);
        writer.move_balance(transfer.to, transfer.amount);
        writer.commit();
    }

  protected:
    void begin() override { check(mdb_txn_renew(reader_), "mdb_txn_renew"); }
    void end() override { mdb_txn_reset(reader_); }

    std::uint64_t sum_of_keys(std::size_t first, std::size_t count) override {
        return store_.content == Content::texts
                   ? sum_of<TextKey>(std::span(texts_).subspan(first, count), value_of_text)
                   : sum_of<std::uint64_t>(std::span(numbers_).subspan(first, count),
                                           value_of_number);
    }
    std::uint64_t sum_of_ranges(std::size_t items) override {
        check(mdb_cursor_renew(reader_, cursor_), "mdb_cursor_renew");
        std::uint64_t sum = 0;
        for (const std::uint64_t& from : numbers_) sum += sum_from(from, items);
        return sum;
    }
    std::uint64_t sum_of_all() override {
        check(mdb_cursor_renew(reader_, cursor_), "mdb_cursor_renew");
        return sum_from(0, std::numeric_limits<std::size_t>::max());
    }

  private:
    static MDB_val value_of_number(const std::uint64_t& key) {
        return {sizeof(key), const_cast<std::uint64_t*>(&key)};
    }
    static MDB_val value_of_text(const TextKey& key) {
        return {key.size(), const_cast<char*>(key.data())};
    }
    template <class Key>
    std::uint64_t sum_of(std::span<const Key> keys, MDB_val (*as_value)(const Key&)) const {
        std::uint64_t sum = 0;
        for (const Key& drawn : keys) {
            MDB_val key = as_value(drawn), value;
            check(mdb_get(reader_, store_.table, &key, &value), "mdb_get");
            sum += first_word(value.mv_data);
        }
        return sum;
    }
    std::uint64_t sum_from(const std::uint64_t& from, std::size_t items) const {
        std::uint64_t sum = 0;
        MDB_val key = value_of_number(from), value;
        for (MDB_cursor_op how = MDB_SET_RANGE;; how = MDB_NEXT) {
            const int code = mdb_cursor_get(cursor_, &key, &value, how);
            if (code == MDB_NOTFOUND) return sum;
            check(code, "mdb_cursor_get");
            sum += first_word(key.mv_data) + first_word(value.mv_data);
            if (--items == 0) return sum;
        }
    }

    LmdbStore& store_;
    MDB_txn* reader_ = nullptr;
    MDB_cursor* cursor_ = nullptr;
    std::vector<std::uint64_t> numbers_;
    std::vector<TextKey> texts_;
};

std::unique_ptr<Session> LmdbStore::session() { return std::make_unique<LmdbSession>(*this); }

}  // namespace

std::unique_ptr<Store> open_lmdb(const Place& place) { return std::make_unique<LmdbStore>(place); }

}  // namespace vitrine::bench
