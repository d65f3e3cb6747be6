#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "core/storage.hpp"

namespace vitrine::mvcc {

struct Commit;

/// How far back the store's retention reaches.
///
/// Invariants:
///  H1. Every version from oldest() to the newest can be read: the rows that it shows are in the
///      storage, or in memory and on their way there. (Under Retention::none() oldest() is the last
///      commit of the last batch, which may be ahead of what is published.)
///  H2. It never falls, but back to where it was when a batch that raised it failed with nothing
///      erased.
///  H3. Whoever pins an old version stores the pin, then reads oldest() (Pins::open_at); a batch
///      raises oldest() before it reads the pins. All of it is seq_cst: either the one sees that it
///      came too late, or the other sees the pin. (The partner of P1 for versions of the past.)
/// Threads: any; of two that raise it, both reach at least what they wanted.
class Horizon {
  public:
    /// `rule`: what holds from now on; stored: what the file says. Where they differ, history
    /// begins anew with the newest version, unless the stored rule reaches further back.
    Horizon(core::Storage& storage, Retention rule, const core::StorageState& stored);

    [[nodiscard]] Retention rule() const { return rule_; }
    /// Whether commits are to have entries in the log.
    [[nodiscard]] bool keeps_log() const { return rule_ != Retention::none(); }
    [[nodiscard]] Version oldest() const {
        return Version{oldest_.load(std::memory_order_seq_cst)};
    }
    [[nodiscard]] const std::atomic<std::uint64_t>& place() const { return oldest_; }

    struct Raise {
        Version from, to;
    };
    /// For a batch of these commits, before its plan looks at the pins. Cost: for a duration, a look
    /// at each entry of the log that falls out of it, at most Batch::kForgotten a batch.
    Raise raise(std::span<const std::shared_ptr<Commit>> commits, Version newest);
    /// After a batch that failed and erased nothing, unless it was raised further meanwhile.
    void put_back(const Raise& raised);

  private:
    [[nodiscard]] Version after_duration(std::span<const std::shared_ptr<Commit>> commits) const;

    core::Storage& storage_;
    const Retention rule_;
    std::atomic<std::uint64_t> oldest_;
};

}  // namespace vitrine::mvcc
