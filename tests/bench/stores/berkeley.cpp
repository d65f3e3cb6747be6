// Berkeley DB: a B-tree of 4096-byte pages in a private transactional environment, whose commits share syncs of
// the log by themselves. It locks pages. Reads are of snapshot isolation (DB_MULTIVERSION), which
// lets them go without locks; a workload that times no reads goes without it, since it costs every
// writer a copy of the page. What a transfer updates is read with DB_RMW; transactions that deadlock
// run again. Scans use its bulk cursors. At closing, a checkpoint and no more logs than it needs.
#include <db.h>

#include <limits>
#include <stdexcept>
#include <string>

#include "tests/bench/stores/kinds.hpp"

namespace vitrine::bench {
namespace {

void check(int code, const char* call) {
    if (code != 0) throw std::runtime_error(std::string(call) + ": " + db_strerror(code));
}

DBT thing(std::string_view bytes) {
    DBT made{};
    made.data = const_cast<char*>(bytes.data());
    made.size = static_cast<u_int32_t>(bytes.size());
    return made;
}

/// A place for what is read: handles that threads share want one.
template <class Bytes>
DBT room(Bytes& bytes) {
    DBT made{};
    made.data = bytes.data();
    made.ulen = static_cast<u_int32_t>(bytes.size());
    made.flags = DB_DBT_USERMEM;
    return made;
}

class BerkeleyStore final : public Store {
  public:
    explicit BerkeleyStore(const Place& place)
        : content(place.content), snapshots(place.snapshots ? DB_TXN_SNAPSHOT : 0U) {
        check(db_env_create(&environment, 0), "db_env_create");
        environment->set_cachesize(environment, 0, static_cast<u_int32_t>(place.cache_bytes), 1);
        environment->set_lk_detect(environment, DB_LOCK_DEFAULT);
        environment->set_lk_max_locks(environment, 100'000);
        environment->set_lk_max_objects(environment, 100'000);
        environment->set_lk_max_lockers(environment, 10'000);
        environment->set_tx_max(environment, 10'000);
        environment->set_lg_bsize(environment, 4 << 20);
        environment->set_lg_max(environment, 16 << 20);
        environment->log_set_config(environment, DB_LOG_AUTO_REMOVE, 1);
        if (place.sync == Sync::deferred)
            environment->set_flags(environment, DB_TXN_WRITE_NOSYNC, 1);
        check(environment->open(environment, place.folder.c_str(),
                                DB_CREATE | DB_RECOVER | DB_PRIVATE | DB_THREAD | DB_INIT_LOCK |
                                    DB_INIT_LOG | DB_INIT_MPOOL | DB_INIT_TXN,
                                0644),
              "DB_ENV->open");
        check(db_create(&table, environment, 0), "db_create");
        table->set_pagesize(table, 4096);
        check(table->open(
                  table, nullptr, "data.db", nullptr, DB_BTREE,
                  DB_CREATE | DB_THREAD | DB_AUTO_COMMIT | (place.snapshots ? DB_MULTIVERSION : 0),
                  0644),
              "DB->open");
    }
    ~BerkeleyStore() override {
        environment->txn_checkpoint(environment, 0, 0, DB_FORCE);
        table->close(table, 0);
        environment->close(environment, 0);
    }
    std::unique_ptr<Session> session() override;
    void flush() override { check(environment->log_flush(environment, nullptr), "log_flush"); }
    void settle() override {
        check(environment->txn_checkpoint(environment, 0, 0, DB_FORCE), "txn_checkpoint");
    }

    const Content content;
    const u_int32_t snapshots;
    DB_ENV* environment = nullptr;
    DB* table = nullptr;
};

class BerkeleySession final : public Session {
  public:
    explicit BerkeleySession(BerkeleyStore& store) : store_(store), table_(store.table) {}

    void draw(const std::vector<std::uint32_t>& indices) override {
        keys_.clear();
        for (const std::uint32_t index : indices) keys_.push_back(byte_key(store_.content, index));
    }
    void snapshots(std::size_t times) override {
        for (std::size_t i = 0; i < times; ++i) {
            begin();
            end();
        }
    }
    void load_sorted(std::size_t keys) override {
        constexpr std::size_t kPerTransaction = 10'000;  // each page that it touches is a lock
        const auto order = in_key_order(store_.content, keys);
        for (std::size_t done = 0; done < keys; done += kPerTransaction)
            transact(DB_TXN_WRITE_NOSYNC, [&] {
                for (std::size_t i = done; i < std::min(keys, done + kPerTransaction); ++i)
                    put_one(order[i], first_value(store_.content, order[i]));
            });
        store_.flush();
    }
    void put(std::span<const std::uint32_t> indices, std::uint64_t salt) override {
        transact(0, [&] {
            for (const std::uint32_t index : indices) put_one(index, value_of(index, salt));
        });
    }
    void transfer(const Transfer& transfer) override {
        transact(0, [&] {
            move_balance(transfer.from, -transfer.amount);
            move_balance(transfer.to, transfer.amount);
        });
    }

  protected:
    void begin() override {
        check(store_.environment->txn_begin(store_.environment, nullptr, &transaction_,
                                            store_.snapshots),
              "txn_begin");
    }
    void end() override { check(transaction_->abort(transaction_), "DB_TXN->abort"); }

    std::uint64_t sum_of_keys(std::size_t first, std::size_t count) override {
        std::uint64_t sum = 0;
        Value row;
        for (const ByteKey& drawn : std::span(keys_).subspan(first, count)) {
            DBT key = thing(drawn.view()), value = room(row);
            check(table_->get(table_, transaction_, &key, &value, 0), "DB->get");
            sum += first_word(row.data());
        }
        return sum;
    }
    std::uint64_t sum_of_ranges(std::size_t items) override {
        const Cursor cursor(*this);
        std::uint64_t sum = 0;
        for (const ByteKey& from : keys_) sum += sum_from(cursor.raw, from, items, short_);
        return sum;
    }
    std::uint64_t sum_of_all() override {
        const Cursor cursor(*this);
        return sum_from(cursor.raw, byte_key(Content::integers, 0),
                        std::numeric_limits<std::size_t>::max(), long_);
    }

  private:
    struct Conflict {};
    struct Cursor {
        explicit Cursor(const BerkeleySession& session) {
            check(session.table_->cursor(session.table_, session.transaction_, &raw, 0),
                  "DB->cursor");
        }
        ~Cursor() { raw->close(raw); }
        Cursor(const Cursor&) = delete;
        Cursor& operator=(const Cursor&) = delete;
        DBC* raw = nullptr;
    };

    static std::uint64_t sum_from(DBC* cursor, ByteKey from, std::size_t items,
                                  std::vector<char>& chunk) {
        std::uint64_t sum = 0;
        for (u_int32_t how = DB_SET_RANGE;; how = DB_NEXT) {
            DBT key = room(from.bytes), found = room(chunk);
            key.size = static_cast<u_int32_t>(from.size);
            const int code = cursor->get(cursor, &key, &found, how | DB_MULTIPLE_KEY);
            if (code == DB_NOTFOUND) return sum;
            check(code, "DBC->get");
            void* place;
            for (DB_MULTIPLE_INIT(place, &found);;) {
                void *key_at, *value_at;
                [[maybe_unused]] u_int32_t key_size, value_size;
                DB_MULTIPLE_KEY_NEXT(place, &found, key_at, key_size, value_at, value_size);
                if (place == nullptr) break;
                sum += index_of(key_at) + first_word(value_at);
                if (--items == 0) return sum;
            }
        }
    }
    void put_one(std::uint32_t index, const Value& value) {
        const ByteKey bytes = byte_key(store_.content, index);
        DBT key = thing(bytes.view()), content = thing(chars_of(value));
        check_conflict(table_->put(table_, transaction_, &key, &content, 0), "DB->put");
    }
    void move_balance(std::uint32_t account, std::int64_t amount) {
        const ByteKey bytes = byte_key(store_.content, account);
        Value row;
        DBT key = thing(bytes.view()), value = room(row);
        check_conflict(table_->get(table_, transaction_, &key, &value, DB_RMW), "DB->get");
        const std::uint64_t balance = first_word(row.data()) + static_cast<std::uint64_t>(amount);
        std::memcpy(row.data(), &balance, sizeof(balance));
        put_one(account, row);
    }
    static void check_conflict(int code, const char* call) {
        if (code == DB_LOCK_DEADLOCK || code == DB_LOCK_NOTGRANTED) throw Conflict();
        check(code, call);
    }
    template <class Work>
    void transact(u_int32_t flags, const Work& work) {
        for (;;) {
            check(store_.environment->txn_begin(store_.environment, nullptr, &transaction_, 0),
                  "txn_begin");
            try {
                work();
                return check(transaction_->commit(transaction_, flags), "DB_TXN->commit");
            } catch (const Conflict&) {
                end();
            }
        }
    }

    BerkeleyStore& store_;
    DB* table_;
    DB_TXN* transaction_ = nullptr;
    std::vector<ByteKey> keys_;
    std::vector<char> short_ = std::vector<char>(16 << 10);  // somewhat more than 100 items
    std::vector<char> long_ = std::vector<char>(256 << 10);
};

std::unique_ptr<Session> BerkeleyStore::session() {
    return std::make_unique<BerkeleySession>(*this);
}

}  // namespace

std::unique_ptr<Store> open_berkeley(const Place& place) {
    return std::make_unique<BerkeleyStore>(place);
}

}  // namespace vitrine::bench
