#pragma once

#include <atomic>

#include "core/lmdb/environment.hpp"

namespace vitrine::core::lmdb {

/// Writes batches, one LMDB transaction each.
/// Invariant: once failed(), what LMDB's newest meta page on disk is, is in doubt; it stays so.
/// Threads: write() from one at a time, failed() from any.
class Writer {
  public:
    Writer(Environment& environment, bool read_only)
        : environment_(environment), read_only_(read_only), sums_(environment.sums_at_opening()) {}

    void write(const Batch& batch);
    [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_relaxed); }

  private:
    /// Why this batch could not be committed: throws, after settling what it means for the next.
    [[noreturn]] void fail_commit(int code);
    [[nodiscard]] bool disk_is_full() const;

    Environment& environment_;
    const bool read_only_;
    Word sums_;                         // the sum of all sums, as the last batch left it
    std::atomic<bool> failed_ = false;  // relaxed: a flag on its own, it publishes nothing
};

}  // namespace vitrine::core::lmdb
