#include "core/lmdb/errors.hpp"

#include <algorithm>
#include <cerrno>
#include <csetjmp>
#include <cstdio>

#include <vitrine/error.hpp>

namespace vitrine::core::lmdb {
namespace {

thread_local std::jmp_buf* way_out = nullptr;
thread_local char last_assertion[256] = "";

}  // namespace

int guarded(FunctionRef<int()> calls) {
    // Neither variable changes between setjmp and a jump, so both are good after one.
    std::jmp_buf here;
    std::jmp_buf* const outer = way_out;
    if (setjmp(here) != 0) {
        way_out = outer;
        return kAssertionFailed;
    }
    way_out = &here;
    try {
        const int code = calls();
        way_out = outer;
        return code;
    } catch (...) {  // `here` ends with this call, whatever the way out of it
        way_out = outer;
        throw;
    }
}

void on_assertion(MDB_env*, const char* message) {
    std::snprintf(last_assertion, sizeof last_assertion, "%s", message);
    if (way_out != nullptr) std::longjmp(*way_out, 1);
}

void throw_error(int code, const std::string& file, const std::string& doing) {
    const std::string where = file + ": " + doing + ": ";
    switch (code) {
        case kAssertionFailed:
            throw CorruptionError(where + "damaged pages (LMDB: " + last_assertion + ")");
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_CURSOR_FULL:  // deeper than any tree can be: pages lead in a circle
        case MDB_PAGE_FULL:
        case MDB_INVALID:
        case MDB_INCOMPATIBLE:
            throw CorruptionError(where + "damaged pages (" + mdb_strerror(code) + ")");
        case MDB_MAP_FULL:
            throw StorageError(where + "the address space reserved for the file is full (" +
                               mdb_strerror(code) + ")");
        case MDB_PANIC: throw StorageError(where + "an earlier write failed; no more are accepted");
        case ENOSPC:
        case EDQUOT:
        case EFBIG:  // the process's limit, or the file system's
            throw StorageError(where + "the disk is full (" + mdb_strerror(code) + ")");
        default: throw StorageError(where + mdb_strerror(code));
    }
}

}  // namespace vitrine::core::lmdb
