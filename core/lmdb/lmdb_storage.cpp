#include "core/lmdb/lmdb_storage.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <limits>
#include <utility>

#include <vitrine/error.hpp>

#include "core/commit_row.hpp"
#include "core/lmdb/cursor.hpp"
#include "core/lmdb/environment.hpp"
#include "core/lmdb/errors.hpp"
#include "core/lmdb/find_row.hpp"
#include "core/lmdb/keys.hpp"
#include "core/lmdb/meta_row.hpp"
#include "core/lmdb/read_pool.hpp"
#include "core/lmdb/sum_check.hpp"
#include "core/lmdb/writer.hpp"
#include "core/log/log_file.hpp"

namespace vitrine::core::lmdb {
namespace {

using Lease = ReadPool::Lease;

constexpr std::uint64_t kLastNumber = std::numeric_limits<std::uint64_t>::max();

class LmdbStorage final : public Storage {
  public:
    LmdbStorage(const std::filesystem::path& file, const Options& options)
        : log_path_(log::log_path(file)),
          environment_(file, options),
          writer_(environment_, options.read_only),
          pool_(environment_),
          sums_(environment_) {
        Lease lease(pool_);
        sums_.require_total(lease.txn(), environment_.sums_at_opening());
    }

    [[nodiscard]] StorageState state() const override {
        Lease lease(pool_);
        return state_in(lease);
    }

    Reading read(ObjectId id, Version at, FunctionRef<void(Version, Words)> sink) override;
    void write(const Batch& batch) override { writer_.write(batch); }
    std::optional<RowKey> scan(std::optional<RowKey> after, std::size_t limit,
                               FunctionRef<bool(RowKey, Words)> sink) override;
    std::vector<KeptRow> kept(Version witness, std::size_t limit) override;
    void scan_kept(FunctionRef<bool(const KeptRow&)> sink) override;
    std::vector<Version> witnesses(VersionRange range, std::size_t limit) override;
    std::vector<CommitRow> commits(Version after, std::size_t limit) override;
    std::optional<CommitRow> next_commit(Version from) override;
    std::vector<StoredType> types() override;
    std::unique_ptr<CommitLog> make_log(std::size_t bytes) override {
        return log::make_log_file(log_path_, environment_.identity(), bytes);
    }
    std::unique_ptr<CommitLog> open_log() override {
        return log::open_log_file(log_path_, environment_.identity(), state().log.value());
    }
    void remove_log() noexcept override { ::unlink(log_path_.c_str()); }
    [[nodiscard]] StorageSize size() const override;
    [[nodiscard]] bool failed() const override { return writer_.failed(); }
    [[nodiscard]] std::string name() const override { return environment_.name(); }
    void set_holders(std::function<std::string()> holders) override {
        environment_.set_holders(std::move(holders));
    }

  private:
    [[nodiscard]] StorageState state_in(Lease& lease) const;
    void expect(int code, Lease& lease, const char* doing) const {
        if (code == MDB_SUCCESS) return;
        lease.spoil();
        throw_error(code, name(), doing);
    }
    /// The first row whose key is not below `key`. False at the end of the table.
    bool seek(Cursor& cursor, MDB_val& key, MDB_val& value, Lease& lease) const {
        const int code = cursor.seek(key, value);
        if (code != MDB_NOTFOUND) expect(code, lease, "reading");
        return code != MDB_NOTFOUND;
    }
    /// False at the end of the table.
    bool step(Cursor& cursor, MDB_val& key, MDB_val& value, MDB_cursor_op op, Lease& lease) const {
        const int code = cursor.get(key, value, op);
        if (code != MDB_NOTFOUND) expect(code, lease, "reading");
        return code != MDB_NOTFOUND;
    }
    KeptRow decode_kept(const MDB_val& key, const MDB_val& value) const {
        expect_shape(key.mv_size == sizeof(KeptKey) && value.mv_size == sizeof(TypeKey), "kept");
        return {Version{key_part(key, 0)},
                {ObjectId{key_part(key, 1)}, Version{key_part(key, 2)}},
                Version{key_part(value, 0)}};
    }
    void expect_shape(bool good, const char* table) const {
        if (!good) throw CorruptionError(name() + ": a row of odd size in the table " + table);
    }

    const std::filesystem::path log_path_;  // made before: whoever has it may change his folder
    Environment environment_;
    Writer writer_;
    mutable ReadPool pool_;
    SumCheck sums_;
};

StorageState LmdbStorage::state_in(Lease& lease) const {
    MDB_val key = meta_key();
    MDB_val row{};
    const int code =
        guarded([&] { return mdb_get(lease.txn(), environment_.tables().meta, &key, &row); });
    if (code == MDB_NOTFOUND) throw CorruptionError(name() + ": the store's header row is missing");
    expect(code, lease, "reading");
    return decode_meta(row, name());
}

Storage::Reading LmdbStorage::read(ObjectId id, Version at,
                                   FunctionRef<void(Version, Words)> sink) {
    Lease lease(pool_);
    Reading reading{state_in(lease).newest, std::nullopt, kOpen};
    FoundRow row;
    expect(guarded([&] { return find_row(lease.objects(), id, at, row); }), lease, "reading");
    sums_.require(lease.txn(), Summed::objects, id.value);
    reading.until = row.until;
    if (!row.found) return reading;
    reading.born = row.born;
    if (!is_words(row.value)) {
        throw CorruptionError(name() + ": object #" + std::to_string(id.value) +
                                  ": its row is not made of whole words",
                              to_ref(id), row.born);
    }
    sink(row.born, words_of(row.value));
    return reading;
}

std::optional<RowKey> LmdbStorage::scan(std::optional<RowKey> after, std::size_t limit,
                                        FunctionRef<bool(RowKey, Words)> sink) {
    Lease lease(pool_);
    Cursor cursor;
    expect(cursor.open(lease.txn(), environment_.tables().objects), lease, "reading");
    ObjectKey start = after ? object_key(*after) : ObjectKey{};
    MDB_val key = start.value();
    MDB_val value{};
    std::optional<RowKey> last = after;
    // Rows are handed out group by group, each of which was checked; so are gaps and the end.
    std::uint64_t unchecked = after ? after->id.value : 0;
    bool more = seek(cursor, key, value, lease);
    for (std::size_t seen = 0; seen < limit;) {
        if (!more) {
            sums_.require(lease.txn(), Summed::objects, unchecked, kLastNumber);
            return std::nullopt;
        }
        expect_shape(key.mv_size == sizeof(ObjectKey) && is_words(value), "objects");
        const RowKey row = decode_object_key(key);
        if (row.id.value >= unchecked) {
            sums_.require(lease.txn(), Summed::objects, unchecked, row.id.value);
            unchecked = (row.id.value / kGroupIds + 1) * kGroupIds;
        }
        if (row != after) {
            last = row;
            ++seen;
            if (!sink(row, words_of(value))) return last;
        }
        if (seen < limit) more = step(cursor, key, value, MDB_NEXT, lease);
    }
    return last;
}

std::vector<KeptRow> LmdbStorage::kept(Version witness, std::size_t limit) {
    Lease lease(pool_);
    Cursor cursor;
    expect(cursor.open(lease.txn(), environment_.tables().kept), lease, "reading");
    KeptKey start = kept_key(KeptRow{witness, {}, {}});
    MDB_val key = start.value();
    MDB_val value{};
    std::vector<KeptRow> result;
    if (limit == 0) return result;
    sums_.require(lease.txn(), Summed::kept, witness.value());
    for (bool more = seek(cursor, key, value, lease); more;
         more = step(cursor, key, value, MDB_NEXT, lease)) {
        const KeptRow row = decode_kept(key, value);
        if (row.witness != witness) break;
        result.push_back(row);
        if (result.size() == limit) break;
    }
    return result;
}

void LmdbStorage::scan_kept(FunctionRef<bool(const KeptRow&)> sink) {
    Lease lease(pool_);
    Cursor cursor;
    expect(cursor.open(lease.txn(), environment_.tables().kept), lease, "reading");
    sums_.require(lease.txn(), Summed::kept, 0, kLastNumber);
    MDB_val key{};
    MDB_val value{};
    for (bool more = step(cursor, key, value, MDB_FIRST, lease); more;
         more = step(cursor, key, value, MDB_NEXT, lease)) {
        if (!sink(decode_kept(key, value))) return;
    }
}

std::vector<Version> LmdbStorage::witnesses(VersionRange range, std::size_t limit) {
    Lease lease(pool_);
    Cursor cursor;
    expect(cursor.open(lease.txn(), environment_.tables().kept), lease, "reading");
    KeptKey start = kept_key(KeptRow{range.from, {}, {}});
    MDB_val key = start.value();
    MDB_val value{};
    std::vector<Version> result;
    if (limit == 0 || range.from >= range.until) return result;
    Version end = range.until;  // all before it is settled by what was found
    while (seek(cursor, key, value, lease)) {
        expect_shape(key.mv_size == sizeof(KeptKey), "kept");
        const Version witness{key_part(key, 0)};
        if (witness >= range.until) break;
        result.push_back(witness);
        start = kept_key(KeptRow{Version{result.back().value() + 1}, {}, {}});  // skip its rows
        key = start.value();
        if (result.size() != limit) continue;
        end = Version{witness.value() + 1};
        break;
    }
    sums_.require(lease.txn(), Summed::kept, range.from.value(), end.value() - 1);
    return result;
}

std::vector<CommitRow> LmdbStorage::commits(Version after, std::size_t limit) {
    std::vector<CommitRow> result;
    if (after == kOpen || limit == 0) return result;
    Lease lease(pool_);
    Cursor cursor;
    expect(cursor.open(lease.txn(), environment_.tables().commits), lease, "reading");
    TypeKey start{{swapped(after.value() + 1)}};
    MDB_val key = start.value();
    MDB_val value{};
    for (bool more = seek(cursor, key, value, lease); more;
         more = step(cursor, key, value, MDB_NEXT, lease)) {
        expect_shape(key.mv_size == sizeof(TypeKey), "commits");
        result.push_back(decode_commit(Version{key_part(key, 0)}, bytes_of(value), name()));
        if (result.size() == limit) break;
    }
    sums_.require(lease.txn(), Summed::commits, after.value() + 1,
                  result.size() == limit ? result.back().version.value() : kLastNumber);
    return result;
}

std::optional<CommitRow> LmdbStorage::next_commit(Version from) {
    Lease lease(pool_);
    Cursor cursor;
    expect(cursor.open(lease.txn(), environment_.tables().commits), lease, "reading");
    TypeKey start{{swapped(from.value())}};
    MDB_val key = start.value();
    MDB_val value{};
    if (!seek(cursor, key, value, lease)) {
        sums_.require(lease.txn(), Summed::commits, from.value(), kLastNumber);
        return std::nullopt;
    }
    expect_shape(key.mv_size == sizeof(TypeKey), "commits");
    const Version version{key_part(key, 0)};
    sums_.require(lease.txn(), Summed::commits, from.value(), version.value());
    return CommitRow{version, decode_commit_time(version, bytes_of(value), name())};
}

std::vector<StoredType> LmdbStorage::types() {
    Lease lease(pool_);
    Cursor cursor;
    expect(cursor.open(lease.txn(), environment_.tables().types), lease, "reading");
    sums_.require(lease.txn(), Summed::types, 0);
    MDB_val key{};
    MDB_val value{};
    std::vector<StoredType> result;
    for (bool more = step(cursor, key, value, MDB_FIRST, lease); more;
         more = step(cursor, key, value, MDB_NEXT, lease)) {
        expect_shape(key.mv_size == sizeof(TypeKey) && is_words(value), "types");
        const Words node = words_of(value);
        result.push_back({key_part(key, 0), {node.begin(), node.end()}});
    }
    return result;
}

StorageSize LmdbStorage::size() const {
    struct stat status {};
    if (::fstat(environment_.descriptor(), &status) != 0) throw_error(errno, name(), "its size");
    StorageSize size{static_cast<std::uint64_t>(status.st_size), 0};
    if (::stat(log_path_.c_str(), &status) == 0)
        size.log_bytes = static_cast<std::uint64_t>(status.st_size);
    Lease lease(pool_);
    Cursor cursor;
    constexpr MDB_dbi kFreePages = 0;  // each of its values is a count, then that many numbers
    expect(cursor.open(lease.txn(), kFreePages), lease, "reading");
    MDB_val key{};
    MDB_val value{};
    for (bool more = step(cursor, key, value, MDB_FIRST, lease); more;
         more = step(cursor, key, value, MDB_NEXT, lease)) {
        expect_shape(value.mv_size >= sizeof(Word), "of free pages");
        Word count = 0;
        std::memcpy(&count, value.mv_data, sizeof count);
        size.free_bytes += count * kPageBytes;
    }
    return size;
}

}  // namespace

std::unique_ptr<Storage> open(const std::filesystem::path& file, Options options) {
    return std::make_unique<LmdbStorage>(file, options);
}

}  // namespace vitrine::core::lmdb
