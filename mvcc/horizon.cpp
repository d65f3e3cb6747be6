#include "mvcc/horizon.hpp"

#include <algorithm>
#include <chrono>

#include "mvcc/persist.hpp"

namespace vitrine::mvcc {
namespace {

std::uint64_t first_oldest(Retention rule, const core::StorageState& stored) {
    const bool had_history = stored.history.retention != Retention::none();
    return had_history && rule != Retention::none() ? stored.history.oldest.value()
                                                    : stored.newest_row().value();
}

}  // namespace

Horizon::Horizon(core::Storage& storage, Retention rule, const core::StorageState& stored)
    : storage_(storage), rule_(rule), oldest_(first_oldest(rule, stored)) {}

Horizon::Raise Horizon::raise(std::span<const std::shared_ptr<Commit>> commits, Version newest) {
    Version wanted{};
    switch (rule_.kind()) {
        case Retention::Kind::none: wanted = newest; break;
        case Retention::Kind::commits:
            wanted = Version{newest.value() - std::min(newest.value(), rule_.amount())};
            break;
        case Retention::Kind::duration: wanted = after_duration(commits); break;
        case Retention::Kind::forever: break;
    }
    std::uint64_t before = oldest_.load(std::memory_order_seq_cst);
    while (before < wanted.value() && !oldest_.compare_exchange_weak(before, wanted.value())) {
    }
    return {Version{before}, std::max(Version{before}, wanted)};  // H3
}

void Horizon::put_back(const Raise& raised) {
    std::uint64_t expected = raised.to.value();
    oldest_.compare_exchange_strong(expected, raised.from.value());
}

Version Horizon::after_duration(std::span<const std::shared_ptr<Commit>> commits) const {
    using std::chrono::nanoseconds;
    const auto now = std::chrono::system_clock::now();
    const nanoseconds span(static_cast<std::int64_t>(rule_.amount()));
    // A span that reaches back behind the clock's first moment keeps everything.
    if (span > now.time_since_epoch()) return oldest();
    const core::Time limit = now - std::chrono::duration_cast<core::Time::duration>(span);
    Version reached = oldest();
    for (std::size_t steps = core::Batch::kForgotten + commits.size(); steps != 0; --steps) {
        const auto next = storage_.next_commit(Version{reached.value() + 1});
        if (!next) break;
        if (next->time > limit) return reached;
        reached = next->version;
    }
    for (const auto& commit : commits)
        if (commit->time <= limit && commit->number.value() == reached.value() + 1)
            reached = commit->number;
    return reached;
}

}  // namespace vitrine::mvcc
