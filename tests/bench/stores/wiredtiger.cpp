// WiredTiger: a row store of B-trees with a log. Its transactions are of snapshot isolation, which for a
// transfer (both rows read are written) comes to the same as serializable. Durable commits wait for
// the log to be synced, and share that; deferred ones write the log to the system and go on.
// The sorted load goes through a bulk cursor, which needs the table to itself, and ends in a checkpoint.
#include <wiredtiger.h>

#include <limits>
#include <stdexcept>
#include <string>

#include "tests/bench/stores/kinds.hpp"

namespace vitrine::bench {
namespace {

constexpr const char* kTable = "table:data";

void check(int code) {
    if (code != 0)
        throw std::runtime_error(std::string("WiredTiger: ") + wiredtiger_strerror(code));
}

WT_ITEM item(std::string_view bytes) {
    WT_ITEM made{};
    made.data = bytes.data();
    made.size = bytes.size();
    return made;
}

class WiredtigerStore final : public Store {
  public:
    explicit WiredtigerStore(const Place& place) : content(place.content) {
        const std::string settings =
            "create,session_max=200,cache_size=" + std::to_string(place.cache_bytes) +
            ",log=(enabled,prealloc=false,file_max=16MB),checkpoint=(wait=60)" +
            (place.sync == Sync::durable ? ",transaction_sync=(enabled,method=fsync)" : "");
        check(wiredtiger_open(place.folder.c_str(), nullptr, settings.c_str(), &connection));
        check(connection->open_session(connection, nullptr, "isolation=snapshot", &session_));
        check(session_->create(session_, kTable, "key_format=u,value_format=u"));
    }
    ~WiredtigerStore() override { connection->close(connection, nullptr); }
    std::unique_ptr<Session> session() override;
    void flush() override { check(session_->log_flush(session_, "sync=on")); }
    void settle() override { check(session_->checkpoint(session_, nullptr)); }

    const Content content;
    WT_CONNECTION* connection = nullptr;

  private:
    WT_SESSION* session_ = nullptr;
};

class WiredtigerSession final : public Session {
  public:
    explicit WiredtigerSession(WiredtigerStore& store) : store_(store) {
        check(store.connection->open_session(store.connection, nullptr, "isolation=snapshot",
                                             &session_));
    }
    ~WiredtigerSession() override { session_->close(session_, nullptr); }

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
        WT_CURSOR* bulk = nullptr;
        check(session_->open_cursor(session_, kTable, nullptr, "bulk", &bulk));
        for (const std::uint32_t index : in_key_order(store_.content, keys))
            write(*bulk, &WT_CURSOR::insert, index, first_value(store_.content, index));
        check(bulk->close(bulk));
        check(session_->checkpoint(session_, nullptr));
    }
    void put(std::span<const std::uint32_t> indices, std::uint64_t salt) override {
        transact([&] {
            for (const std::uint32_t index : indices)
                write(cursor(), &WT_CURSOR::insert, index, value_of(index, salt));
        });
    }
    void transfer(const Transfer& transfer) override {
        transact([&] {
            move_balance(transfer.from, -transfer.amount);
            move_balance(transfer.to, transfer.amount);
        });
    }

  protected:
    void begin() override { check(session_->begin_transaction(session_, nullptr)); }
    void end() override { check(session_->rollback_transaction(session_, nullptr)); }

    std::uint64_t sum_of_keys(std::size_t first, std::size_t count) override {
        std::uint64_t sum = 0;
        for (const ByteKey& key : std::span(keys_).subspan(first, count)) {
            const WT_ITEM value = find(key);
            sum += first_word(value.data);
        }
        return sum;
    }
    std::uint64_t sum_of_ranges(std::size_t items) override {
        std::uint64_t sum = 0;
        for (const ByteKey& from : keys_) {
            const WT_ITEM key = item(from.view());
            cursor().set_key(cursor_, &key);
            int place = 0;
            const int code = cursor_->search_near(cursor_, &place);
            if (code == WT_NOTFOUND) continue;
            check(code);
            if (place >= 0 || move_on()) sum += sum_on(items);
        }
        return sum;
    }
    std::uint64_t sum_of_all() override {
        check(cursor().reset(cursor_));
        return move_on() ? sum_on(std::numeric_limits<std::size_t>::max()) : 0;
    }

  private:
    struct Conflict {};

    /// Opened late: a bulk load wants the table to itself.
    WT_CURSOR& cursor() {
        if (cursor_ == nullptr)
            check(session_->open_cursor(session_, kTable, nullptr, "overwrite=true", &cursor_));
        return *cursor_;
    }
    bool move_on() {
        const int code = cursor_->next(cursor_);
        if (code == WT_NOTFOUND) return false;
        check(code);
        return true;
    }
    std::uint64_t sum_on(std::size_t items) {
        std::uint64_t sum = 0;
        do {
            WT_ITEM key, value;
            check(cursor_->get_key(cursor_, &key));
            check(cursor_->get_value(cursor_, &value));
            sum += index_of(key.data) + first_word(value.data);
        } while (--items > 0 && move_on());
        check(cursor_->reset(cursor_));
        return sum;
    }
    WT_ITEM find(const ByteKey& drawn) {
        const WT_ITEM key = item(drawn.view());
        WT_ITEM value{};
        cursor().set_key(cursor_, &key);
        check_conflict(cursor_->search(cursor_));
        check(cursor_->get_value(cursor_, &value));
        return value;
    }
    void write(WT_CURSOR& to, int (*WT_CURSOR::*how)(WT_CURSOR*), std::uint32_t index,
               const Value& value) const {
        const ByteKey bytes = byte_key(store_.content, index);
        const WT_ITEM key = item(bytes.view()), content = item(chars_of(value));
        to.set_key(&to, &key);
        to.set_value(&to, &content);
        check_conflict((to.*how)(&to));
    }
    void move_balance(std::uint32_t account, std::int64_t amount) {
        Value row;
        std::memcpy(row.data(), find(byte_key(store_.content, account)).data, row.size());
        const std::uint64_t balance = first_word(row.data()) + static_cast<std::uint64_t>(amount);
        std::memcpy(row.data(), &balance, sizeof(balance));
        write(cursor(), &WT_CURSOR::update, account, row);
    }
    static void check_conflict(int code) {
        if (code == WT_ROLLBACK) throw Conflict();
        check(code);
    }
    template <class Work>
    void transact(const Work& work) {
        for (;;) {
            begin();
            try {
                work();
                return check_conflict(session_->commit_transaction(session_, nullptr));
            } catch (const Conflict&) {
                end();
            }
        }
    }

    WiredtigerStore& store_;
    WT_SESSION* session_ = nullptr;
    WT_CURSOR* cursor_ = nullptr;
    std::vector<ByteKey> keys_;
};

std::unique_ptr<Session> WiredtigerStore::session() {
    return std::make_unique<WiredtigerSession>(*this);
}

}  // namespace

std::unique_ptr<Store> open_wiredtiger(const Place& place) {
    return std::make_unique<WiredtigerStore>(place);
}

}  // namespace vitrine::bench
