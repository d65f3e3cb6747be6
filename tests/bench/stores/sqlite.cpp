// SQLite: one file and its log (WAL), a connection and prepared statements for each thread. FULL syncs
// the log at each commit; NORMAL, which stands for deferred, syncs at checkpoints only and keeps the
// promise of a prefix. It has one writer at a time: writers wait for a mutex of ours, since its own
// busy handler sleeps. Integers and accounts are rows under their rowid, texts a table WITHOUT ROWID;
// values are blobs, read where they lie. The log is brought into the file every 64 MiB, which is what
// the log-structured stores let their logs grow to; by default it would be with each large transaction.
#include <sqlite3.h>

#include <mutex>
#include <stdexcept>
#include <string>

#include "tests/bench/stores/kinds.hpp"

namespace vitrine::bench {
namespace {

/// A connection; statements end before it.
class Connection {
  public:
    explicit Connection(const Place& place) {
        constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
        check(sqlite3_open_v2((place.folder / "data.sqlite").c_str(), &raw, kFlags, nullptr));
        check(sqlite3_busy_timeout(raw, 60'000));
        const char* const sync = place.sync == Sync::durable ? "FULL" : "NORMAL";
        run("PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=16384; "
            "PRAGMA synchronous=" +
            std::string(sync) + "; PRAGMA cache_size=-" + std::to_string(place.cache_bytes >> 10) +
            (place.content == Content::texts
                 ? "; CREATE TABLE IF NOT EXISTS data(key BLOB PRIMARY KEY, value BLOB) "
                   "WITHOUT ROWID"
                 : "; CREATE TABLE IF NOT EXISTS data(key INTEGER PRIMARY KEY, value BLOB)"));
    }
    ~Connection() { sqlite3_close(raw); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void check(int code) const {
        if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
        throw std::runtime_error(std::string("SQLite: ") +
                                 (raw != nullptr ? sqlite3_errmsg(raw) : sqlite3_errstr(code)));
    }
    void run(const std::string& text) const {
        check(sqlite3_exec(raw, text.c_str(), nullptr, nullptr, nullptr));
    }
    sqlite3* raw = nullptr;
};

class Statement {
  public:
    Statement(const Connection& connection, const char* text) : connection_(connection) {
        connection.check(sqlite3_prepare_v3(connection.raw, text, -1, SQLITE_PREPARE_PERSISTENT,
                                            &raw_, nullptr));
    }
    ~Statement() { sqlite3_finalize(raw_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& number(int place, std::uint64_t value) {
        sqlite3_bind_int64(raw_, place, static_cast<sqlite3_int64>(value));
        return *this;
    }
    Statement& bytes(int place, std::string_view value) {
        sqlite3_bind_blob(raw_, place, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
        return *this;
    }
    /// False: there is no further row.
    bool step() {
        const int code = sqlite3_step(raw_);
        connection_.check(code);
        return code == SQLITE_ROW;
    }
    void run() {
        step();
        reset();
    }
    void reset() { sqlite3_reset(raw_); }
    [[nodiscard]] std::uint64_t number_at(int column) const {
        return static_cast<std::uint64_t>(sqlite3_column_int64(raw_, column));
    }
    [[nodiscard]] const void* bytes_at(int column) const {
        return sqlite3_column_blob(raw_, column);
    }

  private:
    const Connection& connection_;
    sqlite3_stmt* raw_ = nullptr;
};

class SqliteStore final : public Store {
  public:
    explicit SqliteStore(const Place& at) : place(at), connection_(at) {}
    std::unique_ptr<Session> session() override;
    /// Syncs the log, and then what of it no reader needs any longer. FULL would wait for readers.
    void flush() override { connection_.run("PRAGMA wal_checkpoint(PASSIVE)"); }

    const Place place;
    std::mutex writers;

  private:
    Connection connection_;
};

class SqliteSession final : public Session {
  public:
    explicit SqliteSession(SqliteStore& store)
        : store_(store), content_(store.place.content), connection_(store.place) {}

    void draw(const std::vector<std::uint32_t>& indices) override {
        numbers_.assign(indices.begin(), indices.end());
        texts_.clear();
        if (content_ == Content::texts)
            for (const std::uint32_t index : indices) texts_.push_back(byte_key(content_, index));
    }
    void snapshots(std::size_t times) override {
        for (std::size_t i = 0; i < times; ++i) {
            begin();
            end();
        }
    }
    void load_sorted(std::size_t keys) override {
        begin_write_.run();
        for (const std::uint32_t index : in_key_order(content_, keys))
            replace(index, first_value(content_, index));
        commit_.run();
        store_.flush();
    }
    void put(std::span<const std::uint32_t> indices, std::uint64_t salt) override {
        const std::lock_guard<std::mutex> alone(store_.writers);
        begin_write_.run();
        for (const std::uint32_t index : indices) replace(index, value_of(index, salt));
        commit_.run();
    }
    void transfer(const Transfer& transfer) override {
        const std::lock_guard<std::mutex> alone(store_.writers);
        begin_write_.run();
        move_balance(transfer.from, -transfer.amount);
        move_balance(transfer.to, transfer.amount);
        commit_.run();
    }

  protected:
    /// What it shows is settled by the first read.
    void begin() override {
        begin_.run();
        any_.step();
        any_.reset();
    }
    void end() override { commit_.run(); }

    std::uint64_t sum_of_keys(std::size_t first, std::size_t count) override {
        std::uint64_t sum = 0;
        for (std::size_t i = first; i < first + count; ++i) {
            if (content_ == Content::texts)
                find_.bytes(1, texts_[i].view());
            else
                find_.number(1, numbers_[i]);
            if (!find_.step()) throw std::runtime_error("SQLite: a key is missing");
            sum += first_word(find_.bytes_at(0));
            find_.reset();
        }
        return sum;
    }
    std::uint64_t sum_of_ranges(std::size_t items) override {
        std::uint64_t sum = 0;
        for (const std::uint64_t from : numbers_) sum += sum_from(from, items);
        return sum;
    }
    std::uint64_t sum_of_all() override { return sum_from(0, SIZE_MAX >> 1); }

  private:
    std::uint64_t sum_from(std::uint64_t from, std::size_t items) {
        std::uint64_t sum = 0;
        for (range_.number(1, from).number(2, items); range_.step();)
            sum += range_.number_at(0) + first_word(range_.bytes_at(1));
        range_.reset();
        return sum;
    }
    void replace(std::uint32_t index, const Value& value) {
        const ByteKey text = byte_key(content_, index);
        if (content_ == Content::texts)
            put_.bytes(1, text.view());
        else
            put_.number(1, index);
        put_.bytes(2, chars_of(value)).run();
    }
    void move_balance(std::uint32_t account, std::int64_t amount) {
        if (!find_.number(1, account).step())
            throw std::runtime_error("SQLite: an account is missing");
        Value row;
        std::memcpy(row.data(), find_.bytes_at(0), row.size());
        find_.reset();
        const std::uint64_t balance = first_word(row.data()) + static_cast<std::uint64_t>(amount);
        std::memcpy(row.data(), &balance, sizeof(balance));
        update_.bytes(1, chars_of(row)).number(2, account).run();
    }

    SqliteStore& store_;
    const Content content_;
    Connection connection_;
    Statement begin_{connection_, "BEGIN"};
    Statement begin_write_{connection_, "BEGIN IMMEDIATE"};
    Statement commit_{connection_, "COMMIT"};
    Statement any_{connection_, "SELECT 1 FROM data LIMIT 1"};
    Statement find_{connection_, "SELECT value FROM data WHERE key = ?"};
    Statement range_{connection_,
                     "SELECT key, value FROM data WHERE key >= ? ORDER BY key LIMIT ?"};
    Statement put_{connection_, "INSERT OR REPLACE INTO data VALUES(?, ?)"};
    Statement update_{connection_, "UPDATE data SET value = ? WHERE key = ?"};
    std::vector<std::uint64_t> numbers_;
    std::vector<ByteKey> texts_;
};

std::unique_ptr<Session> SqliteStore::session() { return std::make_unique<SqliteSession>(*this); }

}  // namespace

std::unique_ptr<Store> open_sqlite(const Place& place) {
    return std::make_unique<SqliteStore>(place);
}

}  // namespace vitrine::bench
