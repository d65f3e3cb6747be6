#include "core/lmdb/environment.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <vitrine/error.hpp>

#include "core/identity.hpp"
#include "core/lmdb/errors.hpp"
#include "core/lmdb/keys.hpp"
#include "core/lmdb/meta_row.hpp"
#include "core/lmdb/pages/structure.hpp"

namespace vitrine::core::lmdb {
namespace {

constexpr const char* kObjects = "objects";
constexpr const char* kKept = "kept";
constexpr const char* kTypes = "types";
constexpr const char* kCommits = "commits";
constexpr const char* kMeta = "meta";

int open_all(MDB_txn* txn, unsigned flags, Tables& tables) {
    int code = mdb_dbi_open(txn, kObjects, flags, &tables.objects);
    if (code == MDB_SUCCESS) code = mdb_dbi_open(txn, kKept, flags, &tables.kept);
    if (code == MDB_SUCCESS) code = mdb_dbi_open(txn, kTypes, flags, &tables.types);
    if (code == MDB_SUCCESS) code = mdb_dbi_open(txn, kCommits, flags, &tables.commits);
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
        // Zeros that a crash left would confuse LMDB.
        if (::ftruncate(descriptor(), 0) != 0) throw_error(errno, name(), "creating the store");
    }
    if (options.check_structure && !header_.fresh) {
        require_structure(PageFile(descriptor(), name()));
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
    if (env_ != nullptr && !abandoned_) mdb_env_close(env_);
}

int Environment::try_map(const Options& options, std::uint64_t bytes) {
    int code = mdb_env_create(&env_);
    if (code != MDB_SUCCESS) return code;
    // With the file claimed there is no writer beside a reader of read-only files: NOLOCK is safe.
    const unsigned flags =
        MDB_NOSUBDIR | MDB_NOTLS | (options.read_only ? MDB_RDONLY | MDB_NOLOCK : 0u);
    mdb_env_set_assert(env_, on_assertion);
    mdb_env_set_maxdbs(env_, 5);
    mdb_env_set_maxreaders(env_, kMaxReaders);
    mdb_env_set_mapsize(env_, bytes);
    code = guarded([&] { return mdb_env_open(env_, name().c_str(), flags, 0644); });
    if (code != MDB_SUCCESS) mdb_env_close(std::exchange(env_, nullptr));
    return code;
}

void Environment::map(const Options& options) {
    constexpr std::uint64_t kSmallest = std::uint64_t{1} << 30;
    const std::uint64_t floor =
        std::max(std::min(kSmallest, options.map_bytes), header_.pages * kPageBytes);
    std::uint64_t bytes = std::max(options.map_bytes / kPageBytes * kPageBytes, floor);
    int code = try_map(options, bytes);
    // ENOMEM: no room in the address space; valgrind says EINVAL.
    while ((code == ENOMEM || code == EINVAL) && bytes > floor) {
        bytes = std::max(bytes / 2 / kPageBytes * kPageBytes, floor);
        code = try_map(options, bytes);
    }
    check(code, name(), "opening the store or its lock file (…-lock)");
    int opened = -1;
    mdb_env_get_fd(env_, &opened);
    if (!claim_.same_file(opened)) {
        throw StorageError(name() + ": another file took this name during opening");
    }
}

void Environment::create_tables(Identity identity) {
    Transaction txn;
    StorageState state;
    state.identity = identity_ = identity;
    const MetaRow row = encode_meta(state);
    int code = guarded([&] {
        int result = txn.begin(env_, 0);
        if (result == MDB_SUCCESS) result = open_all(txn.get(), MDB_CREATE, tables_);
        if (result == MDB_SUCCESS) {
            result = mdb_dbi_open(txn.get(), kMeta, MDB_CREATE, &tables_.meta);
        }
        MDB_val key = meta_key();
        MDB_val value = value_of(row);
        if (result == MDB_SUCCESS) result = mdb_put(txn.get(), tables_.meta, &key, &value, 0);
        return result;
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
    identity_ = decode_meta(row, name()).identity;
    const int code = guarded([&] { return open_all(txn.get(), 0, tables_); });
    if (code == MDB_NOTFOUND) throw CorruptionError(name() + ": a table of the store is missing");
    check(code, name(), "opening the store");
    check(mdb_txn_commit(txn.release()), name(), "opening the store");  // keeps the handles open
}

}  // namespace vitrine::core::lmdb
