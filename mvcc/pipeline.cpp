#include "mvcc/pipeline.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/log/delta.hpp"
#include "core/record.hpp"
#include "mvcc/direct_persist.hpp"
#include "mvcc/flusher.hpp"
#include "mvcc/group_commit.hpp"
#include "mvcc/log_persist.hpp"
#include "mvcc/store.hpp"
#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {

Pipeline::Pipeline(Store& store, const StoreOptions& options, const core::StorageState& state)
    : store_(store),
      deferred_(options.durability == Durability::deferred),
      read_only_(options.read_only),
      has_log_(!options.read_only && options.log_bytes != std::size_t{0}),
      sequenced_(state.newest),
      last_time_(state.time),
      recent_(state.newest),
      published_(state.newest.value()),
      durable_(state.newest.value()),
      times_{{state.newest, state.time}} {
    if (has_log_) {
        stage_ = std::make_unique<LogPersist>(store, published_, options.log_bytes);
    } else {
        stage_ = std::make_unique<DirectPersist>(store, state.newest);
    }
    if (deferred_ && !read_only_) {
        queue_ = std::make_unique<Flusher>(*this, options.flush_interval);
    } else {
        queue_ = std::make_unique<GroupCommit>(*this);
    }
}

Pipeline::~Pipeline() = default;

void Pipeline::require_writable() const {
    if (read_only_) throw UsageError("the store was opened read-only: " + store_.storage().name());
    if (!refusing_) return;
    try {
        throw_failure(refusing_);
    } catch (const std::exception& error) {
        throw StorageError(std::string("the store takes no more writes since one failed: ") +
                           error.what());
    }
}

Version Pipeline::commit(const Snapshot& base, Isolation isolation,
                         core::FunctionRef<void(CommitContext&)> sequence, std::string_view note) {
    try {
        return try_commit(base, isolation, sequence, note);
    } catch (const ConflictError&) {
        conflicts_.fetch_add(1, std::memory_order_relaxed);
        // The winner may be sequenced and still on its way to the disk. Whoever is told of it must
        // find it visible, or a second try would begin on the same base and lose again.
        if (!deferred_) queue_->flush();
        throw;
    }
}

Version Pipeline::try_commit(const Snapshot& base, Isolation isolation,
                             core::FunctionRef<void(CommitContext&)> sequence,
                             std::string_view note) {
    const auto commit = std::allocate_shared<Commit>(core::BlockAllocator<Commit>());
    CommitList one{commit};
    // relaxed inside: the locks of the queue order it before the batch is planned.
    struct Committing {
        const Snapshot& base;
        explicit Committing(const Snapshot& of) : base(of) { base.set_committing(true); }
        ~Committing() { base.set_committing(false); }
    } const committing(base);
    std::optional<Version> already;
    std::uint64_t failures = 0;
    {
        const std::lock_guard lock(sequencing_);
        require_writable();
        const Epoch::Guard guard;
        commit->number = Version{sequenced_.value() + 1};
        CommitContext context(store_, base, commit->number, isolation == Isolation::serializable,
                              recent_);
        sequence(context);
        failures = failures_;
        if (context.changes().empty()) {
            if (!context.wrote() || sequenced_ == base.version()) return base.version();
            already = sequenced_;
        } else {
            push(context, std::move(one), note);
        }
    }
    if (already) return await(*already, failures);
    yield_point("commit:sequenced");
    queue_->wait(*commit);
    commits_.fetch_add(1, std::memory_order_relaxed);
    return commit->number;
}

void Pipeline::push(CommitContext& context, CommitList&& one, std::string_view note) {
    Commit& commit = *one.front();
    // Commit times strictly increase, whatever the clock does.
    commit.time = std::max(
        std::chrono::time_point_cast<core::Time::duration>(std::chrono::system_clock::now()),
        last_time_ + core::Time::duration{1});
    remember_time(commit.number, commit.time);
    if (store_.horizon().keeps_log()) {
        commit.note = note;
        commit.touched = context.touched();
    }
    context.link();
    // -- nothing throws from here on
    commit.changes.swap(context.changes());
    for (const Change& change : commit.changes)
        if (change.fresh) commit.bytes += change.fresh->bytes();
    sequenced_ = commit.number;
    last_time_ = commit.time;
    yield_point("commit:linked");
    const std::uint64_t number = commit.number.value();
    queue_->push(std::move(one));
    if (!deferred_) return;
    yield_point("commit:queued");
    published_.store(number, std::memory_order_seq_cst);  // L3
}

Version Pipeline::await(Version version, std::uint64_t failures) {
    if (deferred_) return version;
    queue_->flush();
    const std::lock_guard lock(sequencing_);
    if (failures_ != failures)
        throw StorageError("the commit that had written the same was not stored");
    return version;
}

namespace {

/// The row of which the log has a delta, checked. Throws: CorruptionError.
std::vector<Word> whole_row(CommitContext& context, Version version,
                            const core::log::LoggedChange& change) {
    const ObjectVersion* before = context.newest(change.id);
    const auto payload = before == nullptr ? std::nullopt
                                           : core::log::apply_delta(before->payload(), change.delta,
                                                                    change.payload_words);
    if (!payload)
        throw CorruptionError(
            fmt::format("object #{}: what the commit log has of version {} does not fit the "
                        "version before",
                        change.id.value, version.value()),
            core::to_ref(change.id), version);
    std::vector<Word> row(change.row.begin(), change.row.end());
    row.insert(row.end(), payload->begin(), payload->end());
    core::check_row(change.id, version, row);
    return row;
}

}  // namespace

std::shared_ptr<Commit> Pipeline::redo(const core::log::LoggedCommit& logged, ObjectId from) {
    auto commit = std::make_shared<Commit>();
    commit->number = logged.row.version;
    commit->time = logged.row.time;
    commit->note = logged.row.note;
    commit->touched = logged.row.changed;
    const Epoch::Guard guard;
    const Snapshot base = store_.snapshot();
    CommitContext context(store_, base, commit->number, false, recent_);
    context.stop_telling();
    for (const core::log::LoggedChange& change : logged.changes) {
        if (change.id < from) continue;
        if (change.row.empty()) {
            context.drop(change.id);
        } else if (!change.delta.empty()) {
            const std::vector<Word> row = whole_row(context, logged.row.version, change);
            context.put(change.id, row[0], core::Words(row).subspan(core::kRowHeaderWords));
        } else {
            context.put(change.id, change.row[0], change.row.subspan(core::kRowHeaderWords));
        }
    }
    remember_time(commit->number, commit->time);
    context.link();
    commit->changes.swap(context.changes());
    for (const Change& change : commit->changes)
        if (change.fresh) commit->bytes += change.fresh->bytes();
    sequenced_ = commit->number;
    last_time_ = commit->time;
    published_.store(commit->number.value(), std::memory_order_seq_cst);
    durable_.store(commit->number.value(), std::memory_order_release);
    return commit;
}

void Pipeline::recover() {
    constexpr std::size_t kAtOnce = std::size_t{16} << 20;
    const core::StorageState state = store_.storage().state();
    const auto log = store_.storage().open_log();
    const std::string& name = log->name();
    StorageWriter writer(store_);
    std::vector<std::shared_ptr<Commit>> ready;
    std::size_t bytes = 0;
    // M2: up to there, only objects from a certain one on lack what the log has.
    const core::CheckpointStep step = state.step.value_or(core::CheckpointStep{});
    const auto store_them = [&](std::optional<core::LogMark> rest) {
        Due due{{}, {}, sequenced_, last_time_, rest};
        if (sequenced_ < step.to) due.step = step;
        due.add(ready);
        writer.write(std::move(due));
        writer.settle();
        ready.clear();
        bytes = 0;
    };
    log->replay(state.log->start, [&](core::Words content, std::uint64_t end) {
        const std::uint64_t next_id =
            core::log::read_entry(content, name, [&](const core::log::LoggedCommit& logged) {
                if (logged.row.version <= sequenced_) return;
                if (logged.row.version.value() != sequenced_.value() + 1)
                    throw CorruptionError(
                        fmt::format("{}: the commit log goes from commit {} to {}", name,
                                    sequenced_.value(), logged.row.version.value()));
                const bool partly = logged.row.version <= step.to;
                ready.push_back(redo(logged, partly ? step.below : ObjectId{}));
                bytes += ready.back()->bytes;
            });
        store_.reserve_ids(std::min(next_id - 1, core::kMaxObjectId));
        if (bytes > kAtOnce) store_them(core::LogMark{log->number(), end});
    });
    if (sequenced_ < step.to)
        throw CorruptionError(
            fmt::format("{}: the commit log ends with commit {}, but parts of the store are of "
                        "commit {}: the log was cut, or is an older copy",
                        name, sequenced_.value(), step.to.value()));
    yield_point("recover:replayed");
    store_them(std::nullopt);
    stage_->recovered(sequenced_);
    yield_point("recover:stored");
    store_.storage().remove_log();
}

void Pipeline::complete(const CommitList& batch) {
    const std::vector<std::shared_ptr<Commit>> commits(batch.begin(), batch.end());
    if (deferred_) {
        // push() comes before publication; the plan must see the pins after it (D3).
        const std::lock_guard lock(sequencing_);
    }
    const std::lock_guard whole(completing_);
    stage_->persist(commits);
    durable_.store(commits.back()->number.value(), std::memory_order_release);
    if (!deferred_) {
        yield_point("commit:publishing");
        published_.store(commits.back()->number.value(), std::memory_order_seq_cst);  // L3
    }
    batches_.fetch_add(1, std::memory_order_relaxed);
    try {
        stage_->settle();
        forget_times();
        store_.keep_budget();          // what the batch wrote can be evicted from now on
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the next batch does both
    }
}

void Pipeline::fail(CommitList& batch, const std::exception_ptr& failure) noexcept {
    const std::lock_guard lock(sequencing_);
    ++failures_;
    if (deferred_ || stage_->failed()) refusing_ = failure;
    if (deferred_) return;
    CommitList rest = queue_->drain();
    batch.splice(batch.end(), rest);
    for (auto commit = batch.rbegin(); commit != batch.rend(); ++commit) {
        roll_back(**commit);
        (*commit)->failure = failure;
    }
    sequenced_ = Version{published_.load(std::memory_order_relaxed)};
}

void Pipeline::roll_back(const Commit& commit) noexcept {
    for (auto change = commit.changes.rbegin(); change != commit.changes.rend(); ++change)
        store_.table().reopen(change->fresh.get(), change->predecessor.get());
}

void Pipeline::flush() { queue_->flush(); }

void Pipeline::catch_up() {
    queue_->flush();
    stage_->catch_up();
}

void Pipeline::remember_time(Version number, core::Time time) {
    const std::lock_guard lock(times_mutex_);
    while (!times_.empty() && times_.back().first >= number) times_.pop_back();  // it had failed
    times_.emplace_back(number, time);
}

void Pipeline::forget_times() {
    const Version newest{published_.load(std::memory_order_seq_cst)};
    // What is above has no entry in the log of commits yet, if there is one.
    const Version logged = store_.horizon().keeps_log() ? stage_->stored() : newest;
    const std::vector<Version> pins = store_.pins().live();
    const std::lock_guard lock(times_mutex_);
    if (store_.horizon().keeps_log() && logged == std::exchange(times_up_to_, logged)) return;
    std::erase_if(times_, [&](const auto& entry) {
        return entry.first < newest && entry.first <= logged &&
               !std::binary_search(pins.begin(), pins.end(), entry.first);
    });
}

core::Time Pipeline::time_of(Version version) const {
    {
        const std::lock_guard lock(times_mutex_);
        const auto found = std::lower_bound(
            times_.begin(), times_.end(), version,
            [](const auto& entry, Version wanted) { return entry.first < wanted; });
        if (found != times_.end() && found->first == version) return found->second;
    }
    if (const auto logged = store_.storage().next_commit(version);
        logged && logged->version == version)
        return logged->time;
    throw NotFoundError("no commit time is kept for version " + std::to_string(version.value()));
}

void Pipeline::keep_time(Version version) {
    const auto earlier = [](const auto& entry, Version wanted) { return entry.first < wanted; };
    {
        const std::lock_guard lock(times_mutex_);
        const auto found = std::lower_bound(times_.begin(), times_.end(), version, earlier);
        if (found != times_.end() && found->first == version) return;
    }
    const auto logged = store_.storage().next_commit(version);
    if (!logged || logged->version != version) return;
    const std::lock_guard lock(times_mutex_);
    const auto place = std::lower_bound(times_.begin(), times_.end(), version, earlier);
    if (place == times_.end() || place->first != version)
        times_.insert(place, {version, logged->time});
}

PipelineCounters Pipeline::counters() const {
    return {commits_.load(std::memory_order_relaxed), conflicts_.load(std::memory_order_relaxed),
            batches_.load(std::memory_order_relaxed), stage_->counters()};
}

}  // namespace vitrine::mvcc
