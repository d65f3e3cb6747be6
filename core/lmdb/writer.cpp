#include "core/lmdb/writer.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include <vitrine/error.hpp>

#include "core/lmdb/apply_batch.hpp"
#include "core/lmdb/errors.hpp"

namespace vitrine::core::lmdb {
namespace {

/// LMDB has bugs with values of 2 GiB and more (ITS#10054).
constexpr std::size_t kMaxRowBytes = std::size_t{1} << 30;

constexpr const char* kWriting = "writing commits";

void check_sizes(const Batch& batch, const std::string& name) {
    for (const RowPut& put : batch.puts) {
        if (put.value.size_bytes() > kMaxRowBytes) {
            throw StorageError(name + ": object #" + std::to_string(put.id.value) + " has " +
                               std::to_string(put.value.size_bytes()) + " bytes, at most " +
                               std::to_string(kMaxRowBytes) + " can be stored");
        }
    }
}

/// Errors that LMDB meets before it touches its meta page or asks for a sync.
bool is_clean(int code) {
    switch (code) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
        case ENOMEM:
        case MDB_MAP_FULL:
        case MDB_TXN_FULL: return true;
        default: return false;
    }
}

}  // namespace

void Writer::write(const Batch& batch) {
    const std::string& name = environment_.name();
    if (read_only_) throw StorageError(name + ": the store was opened for reading only");
    if (failed()) throw_error(MDB_PANIC, name, kWriting);
    check_sizes(batch, name);

    Word sums = sums_;
    Transaction txn;
    int code = guarded([&] {
        const int begun = txn.begin(environment_.env(), 0);
        if (begun != MDB_SUCCESS) return begun;
        return apply_batch(txn.get(), environment_.tables(), batch, environment_.identity(), sums);
    });
    if (code == MDB_SUCCESS) {
        code = guarded([&] { return mdb_txn_commit(txn.release()); });
        if (code == MDB_SUCCESS) {
            sums_ = sums;
            return;
        }
        if (code != kAssertionFailed) fail_commit(code);
    }
    if (code == kAssertionFailed) {
        txn.release();
        environment_.abandon();
        failed_.store(true, std::memory_order_relaxed);
    }
    throw_error(code, name, kWriting);
}

/// LMDB reports a short write, which is how a full disk may show itself first, as EIO.
bool Writer::disk_is_full() const {
    constexpr std::uint64_t kNearlyNothing = 1 << 20;
    struct statvfs disk {};
    if (::fstatvfs(environment_.descriptor(), &disk) == 0 &&
        std::uint64_t{disk.f_bavail} * disk.f_frsize < kNearlyNothing) {
        return true;
    }
    struct rlimit limit {};
    struct stat status {};
    return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           ::fstat(environment_.descriptor(), &status) == 0 &&
           static_cast<std::uint64_t>(status.st_size) + kPageBytes > limit.rlim_cur;
}

void Writer::fail_commit(int code) {
    bool clean = is_clean(code);
    if (code == EIO && disk_is_full() && ::fdatasync(environment_.descriptor()) == 0) {
        clean = true;  // the kernel remembers no write that went wrong: it was a short one
        code = ENOSPC;
    }
    // A meta page that could not be written leaves LMDB in panic, whatever the code was.
    Transaction probe;
    if (!clean || probe.begin(environment_.env(), 0) == MDB_PANIC) {
        failed_.store(true, std::memory_order_relaxed);
    }
    throw_error(code, environment_.name(), kWriting);
}

}  // namespace vitrine::core::lmdb
