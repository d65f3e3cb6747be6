#pragma once

#include <lmdb.h>

#include <string>

#include "core/function_ref.hpp"

namespace vitrine::core::lmdb {

/// What guarded() returns when an assertion inside LMDB failed. LMDB's own codes are far below.
inline constexpr int kAssertionFailed = -1;

/// Runs LMDB calls so that a failed assertion inside of them ends the calls, not the process.
///
/// A damaged page makes LMDB 0.9 assert, and what follows its handler is abort(). The handler
/// cannot throw (C frames need not unwind), so it jumps back here. That is sound for reads: they
/// hold no lock and their transaction is thrown away. A write transaction that was left this way
/// can neither be finished nor aborted: the environment takes no more writes and is never closed.
/// Requires: `calls` owns nothing but memory across LMDB's calls (a jump runs no destructors, and
/// leaks it). What it throws passes through.
int guarded(FunctionRef<int()> calls);

/// The handler for mdb_env_set_assert. Outside of guarded() it returns, and LMDB aborts.
void on_assertion(MDB_env* env, const char* message);

/// Throws what LMDB's or the system's code means: CorruptionError for damage, else StorageError.
[[noreturn]] void throw_error(int code, const std::string& file, const std::string& doing);

inline void check(int code, const std::string& file, const char* doing) {
    if (code != MDB_SUCCESS) throw_error(code, file, doing);
}

}  // namespace vitrine::core::lmdb
