#include "core/lmdb/environment.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/identity.hpp"
#include "core/lmdb/errors.hpp"
#include "core/lmdb/keys.hpp"
#include "core/lmdb/meta_row.hpp"
#include "core/lmdb/pages/structure.hpp"
#include "core/log/log_file.hpp"

namespace vitrine::core::lmdb {
namespace {

/// With the file claimed there is no writer beside such a reader: NOLOCK is safe.
constexpr unsigned kReading = MDB_NOSUBDIR | MDB_NOTLS | MDB_RDONLY | MDB_NOLOCK;

constexpr const char* kObjects = "objects";
constexpr const char* kKept = "kept";
constexpr const char* kTypes = "types";
constexpr const char* kCommits = "commits";
constexpr const char* kMeta = "meta";
constexpr const char* kSums = "sums";

/// Always in one order: so the handles are the same in every environment of the process.
int open_all(MDB_txn* txn, unsigned flags, Tables& tables) {
    int code = mdb_dbi_open(txn, kMeta, flags, &tables.meta);
    if (code == MDB_SUCCESS) code = mdb_dbi_open(txn, kObjects, flags, &tables.objects);
    if (code == MDB_SUCCESS) code = mdb_dbi_open(txn, kKept, flags, &tables.kept);
    if (code == MDB_SUCCESS) code = mdb_dbi_open(txn, kTypes, flags, &tables.types);
    if (code == MDB_SUCCESS) code = mdb_dbi_open(txn, kCommits, flags, &tables.commits);
    if (code == MDB_SUCCESS) code = mdb_dbi_open(txn, kSums, flags, &tables.sums);
    return code;
}

/// LMDB writes to its lock file through a mapping: where the disk has no room for a page of it, the
/// process would get a SIGBUS. So the room is taken before, by a call that can fail.
void reserve_lock_file(const std::string& name) {
    constexpr const char* kDoing = "making room for the lock file (…-lock)";
    constexpr off_t kReaderBytes = 64;
    constexpr off_t kHeadBytes = 4096;  // more than enough; LMDB takes the rest for readers
    const int file = ::open((name + "-lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) throw_error(errno, name, kDoing);
    int code = EINTR;
    while (code == EINTR) {
        code = ::posix_fallocate(file, 0, kHeadBytes + kMaxReaders * kReaderBytes);
    }
    ::close(file);  // LMDB has no lock on it yet, which this would end
    if (code != 0) throw_error(code, name, kDoing);
}

}  // namespace

Environment::Environment(Unopened, const std::filesystem::path& file, const Options& options)
    : claim_(file, options), header_(read_file_header(claim_.descriptor(), claim_.name())) {}

// Delegates, so that the destructor runs when one of the steps throws.
Environment::Environment(const std::filesystem::path& file, const Options& options)
    : Environment(Unopened{}, file, options) {
    if (header_.fresh) {
        if (options.read_only) throw StorageError(name() + ": not a Vitrine store: it is empty");
        if (log::is_log_file(log::log_path(file)))
            throw StorageError(
                fmt::format("{}: there is a commit log of a store by this name ({}), but no store: "
                            "put the store "
                            "back, or remove the log to begin a new one",
                            name(), log::log_path(file).string()));
        // Zeros that a crash left would confuse LMDB.
        if (::ftruncate(descriptor(), 0) != 0) throw_error(errno, name(), "creating the store");
    }
    if (!header_.fresh) {
        const PageFile pages(descriptor(), name());
        if (options.check_structure) require_structure(pages);
        require_tables(pages, header_.tables_root);
    }
    if (!options.read_only) reserve_lock_file(name());
    map(options);
    if (header_.fresh) {
        create_tables(options.identity.value_or(make_identity()));
    } else {
        open_tables();
    }
}

Environment::~Environment() {
    if (abandoned_) return;
    if (MDB_env* env = env_) mdb_env_close(env);
    if (broken_ != nullptr) mdb_env_close(broken_);
}

int Environment::try_map(unsigned flags, std::uint64_t bytes, MDB_env*& env) {
    int code = mdb_env_create(&env);
    if (code != MDB_SUCCESS) return code;
    mdb_env_set_assert(env, on_assertion);
    code = mdb_env_set_maxdbs(env, 6);
    if (code == MDB_SUCCESS) code = mdb_env_set_maxreaders(env, kMaxReaders);
    if (code == MDB_SUCCESS) code = mdb_env_set_mapsize(env, bytes);
    if (code == MDB_SUCCESS) {
        code = guarded([&] { return mdb_env_open(env, name().c_str(), flags, 0644); });
    }
    if (code != MDB_SUCCESS) mdb_env_close(std::exchange(env, nullptr));
    return code;
}

int Environment::reopen_for_reading(MDB_env* broken) {
    const std::lock_guard lock(reopening_);
    if (env() != broken) return MDB_SUCCESS;
    MDB_env* fresh = nullptr;
    int code = try_map(kReading, map_bytes_, fresh);
    if (code != MDB_SUCCESS) return code;
    Tables tables;
    code = guarded([&] {
        Transaction txn;
        const int begun = txn.begin(fresh, MDB_RDONLY);
        const int opened = begun == MDB_SUCCESS ? open_all(txn.get(), 0, tables) : begun;
        return opened == MDB_SUCCESS ? mdb_txn_commit(txn.release()) : opened;
    });
    if (code == MDB_SUCCESS && !(tables == tables_)) code = MDB_PANIC;
    if (code != MDB_SUCCESS) {
        mdb_env_close(fresh);
        return code;
    }
    broken_ = broken;
    env_.store(fresh, std::memory_order_release);  // partner: env()
    return MDB_SUCCESS;
}

void Environment::map(const Options& options) {
    constexpr std::uint64_t kSmallest = std::uint64_t{1} << 30;
    const std::uint64_t floor =
        std::max(std::min(kSmallest, options.map_bytes), header_.pages * kPageBytes);
    std::uint64_t bytes = std::max(options.map_bytes / kPageBytes * kPageBytes, floor);
    const unsigned flags = options.read_only ? kReading : MDB_NOSUBDIR | MDB_NOTLS;
    MDB_env* env = nullptr;
    int code = try_map(flags, bytes, env);
    // ENOMEM: no room in the address space; valgrind says EINVAL.
    while ((code == ENOMEM || code == EINVAL) && bytes > floor) {
        bytes = std::max(bytes / 2 / kPageBytes * kPageBytes, floor);
        code = try_map(flags, bytes, env);
    }
    env_ = env;
    map_bytes_ = bytes;
    // Its header was just read, and was sound: what LMDB could not read is not damaged.
    if (code == MDB_INVALID) code = EIO;
    check(code, name(), "opening the store or its lock file (…-lock)");
    int opened = -1;
    mdb_env_get_fd(env, &opened);
    if (!claim_.same_file(opened)) {
        throw StorageError(name() + ": another file took this name during opening");
    }
}

void Environment::create_tables(Identity identity) {
    Transaction txn;
    StorageState state;
    state.identity = identity_ = identity;
    // Both meta pages are on the disk before anything else, so that a crash leaves nothing but them,
    // or less (read_file_header()), or a store.
    int code = mdb_env_sync(env_, 1);
    check(code, name(), "creating the store");
    code = guarded([&] {
        int result = txn.begin(env_, 0);
        if (result == MDB_SUCCESS) result = open_all(txn.get(), MDB_CREATE, tables_);
        if (result != MDB_SUCCESS) return result;
        MDB_val key = meta_key();
        const MetaRow row = encode_meta(state, {mdb_txn_id(txn.get()), 0});
        MDB_val value = value_of(row);
        return mdb_put(txn.get(), tables_.meta, &key, &value, 0);
    });
    if (code == MDB_SUCCESS) code = mdb_txn_commit(txn.release());
    check(code, name(), "creating the store");
}

void Environment::open_tables() {
    Transaction txn;
    MDB_val key = meta_key();
    MDB_val row{};
    const int found = guarded([&] {
        int code = txn.begin(env_, MDB_RDONLY);
        if (code == MDB_SUCCESS) code = mdb_dbi_open(txn.get(), kMeta, 0, &tables_.meta);
        return code == MDB_SUCCESS ? mdb_get(txn.get(), tables_.meta, &key, &row) : code;
    });
    if (found == MDB_NOTFOUND || found == MDB_INCOMPATIBLE) {
        throw StorageError(name() + ": not a Vitrine store (a stranger's LMDB file)");
    }
    check(found, name(), "opening the store");
    Bond bond;
    identity_ = decode_meta(row, name(), &bond).identity;
    sums_at_opening_ = bond.sums;
    // The number is right: nobody writes. Every transaction writes the row.
    if (bond.transaction != mdb_txn_id(txn.get()))
        throw CorruptionError(
            fmt::format("{}: the store's header row is of transaction {}, the file of transaction "
                        "{}: a page is "
                        "older than the others",
                        name(), bond.transaction, mdb_txn_id(txn.get())));
    const int code = guarded([&] { return open_all(txn.get(), 0, tables_); });
    if (code == MDB_NOTFOUND) throw CorruptionError(name() + ": a table of the store is missing");
    check(code, name(), "opening the store");
    check(mdb_txn_commit(txn.release()), name(), "opening the store");  // keeps the handles open
}

}  // namespace vitrine::core::lmdb
