#include "mvcc/storage_writer.hpp"

#include <algorithm>

#include "mvcc/store.hpp"
#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {
namespace {

ObjectVersion& mutable_version(const VersionHandle& handle) {
    return const_cast<ObjectVersion&>(*handle);  // `backed` is ours (V4)
}

}  // namespace

struct StorageWriter::Plan {
    core::Batch batch;
    std::vector<Version> pins;
    std::vector<Version> lasting_pins;    // without those of committing transactions: D2
    std::vector<VersionHandle> written;   // backed once the batch is stored
    std::vector<VersionHandle> unbacked;  // marked in advance; marked back when the batch fails
    std::vector<Superseded> window;
    std::vector<Superseded> dead;  // orphans that nobody wants any longer
    Version oldest;                // what the retention keeps
    std::size_t orphans_from = 0;  // in the batch's puts; those before are sorted
    std::set<core::RowKey> freed;  // kept rows that it erases
    std::size_t left = 0;          // kept rows that this batch may still look at
    Version swept;                 // D4, once the batch is stored
    std::set<Version> passed;

    static std::optional<Version> pinned_in(const std::vector<Version>& pins, Version born,
                                            Version until) {
        const auto pin = std::lower_bound(pins.begin(), pins.end(), born);
        if (pin == pins.end() || *pin >= until) return std::nullopt;
        return *pin;
    }
    /// For whom a version [born, until) is kept, if for anybody.
    [[nodiscard]] std::optional<Version> witness(const std::vector<Version>& of, Version born,
                                                 Version until) const {
        if (until > oldest) return Version{until.value() - 1};
        return pinned_in(of, born, until);
    }
    [[nodiscard]] bool seen(Version version) const {
        return version >= oldest || std::binary_search(pins.begin(), pins.end(), version);
    }

    /// Whether it writes a new version of the object.
    [[nodiscard]] bool changes(ObjectId id) const {
        const auto end = batch.puts.begin() + static_cast<std::ptrdiff_t>(orphans_from);
        const auto put = std::lower_bound(
            batch.puts.begin(), end, id,
            [](const core::RowPut& row, ObjectId wanted) { return row.id < wanted; });
        return put != end && put->id == id;
    }
    void put(const VersionHandle& version) {
        batch.puts.push_back({version->id(), version->born(), version->row()});
        written.push_back(version);
    }
    void free(core::RowKey row) {
        batch.erases.push_back(row);
        freed.insert(row);
    }
    void keep(Version pin, const ObjectVersion& version, Version until) {
        batch.keep.push_back({pin, {version.id(), version.born()}, until});
    }
};

void Due::add(std::span<const std::shared_ptr<Commit>> more) {
    if (more.empty()) return;
    for (const auto& commit : more)
        for (Change& change : commit->changes) changes.push_back(&change);
    commits.insert(commits.end(), more.begin(), more.end());
    newest = more.back()->number;
    time = more.back()->time;
}

void sort_by_id(std::vector<Change*>& changes) {
    const auto before = [](const Change* a, const Change* b) { return a->id < b->id; };
    if (!std::is_sorted(changes.begin(), changes.end(), before))
        std::stable_sort(changes.begin(), changes.end(), before);
}

void StorageWriter::plan_object(Plan& plan, std::span<Change* const> history) {
    const Change& first = *history.front();
    if (first.predecessor) {
        const Version born = first.predecessor->born();
        const Version until = first.predecessor->until();
        if (const auto pin = plan.witness(plan.lasting_pins, born, until)) {
            plan.keep(*pin, *first.predecessor, until);
        } else {
            plan.batch.erases.push_back({first.id, born});
            plan.unbacked.push_back(first.predecessor);
            mutable_version(first.predecessor).set_backed(false);  // D2
            plan.window.push_back({first.predecessor, until});
        }
    }
    for (std::size_t i = 0; i + 1 < history.size(); ++i) {
        const VersionHandle& version = history[i]->fresh;
        if (!version) continue;
        const Version until = version->until();
        if (const auto pin = plan.witness(plan.pins, version->born(), until)) {
            plan.put(version);
            plan.keep(*pin, *version, until);
        } else {
            plan.window.push_back({version, until});
        }
    }
    const VersionHandle& last = history.back()->fresh;
    if (!last) return;
    plan.put(last);
    if (last->tombstone()) plan.keep(last->born(), *last, core::kOpen);
}

void StorageWriter::plan_orphans(Plan& plan) {
    plan.orphans_from = plan.batch.puts.size();
    for (const Superseded& orphan : orphans_) {
        if (const auto pin = plan.witness(plan.pins, orphan.version->born(), orphan.until)) {
            plan.put(orphan.version);
            plan.keep(*pin, *orphan.version, orphan.until);
        } else {
            plan.dead.push_back(orphan);
        }
    }
}

void StorageWriter::plan_kept(Plan& plan, bool release_none) {
    plan.left = kReleasedPerBatch + plan.batch.puts.size();
    plan.swept = swept_;
    plan.passed = passed_;
    if (release_none) return;
    for (const Version gone : passed_) {
        if (plan.seen(gone)) continue;
        if (!release_kept(plan, gone)) return;
        plan.passed.erase(gone);
    }
    constexpr std::size_t kAtOnce = 64;
    while (plan.swept < plan.oldest) {
        const auto found = store_.storage().witnesses({plan.swept, plan.oldest}, kAtOnce);
        for (const Version version : found) {
            if (plan.seen(version)) {
                plan.passed.insert(version);
            } else if (!release_kept(plan, version)) {
                return;
            }
            plan.swept = Version{version.value() + 1};
        }
        if (found.size() < kAtOnce) plan.swept = plan.oldest;
    }
}

// False when there may be more rows than this batch may look at.
bool StorageWriter::release_kept(Plan& plan, Version gone) {
    if (plan.left == 0) return false;
    const auto rows = store_.storage().kept(gone, plan.left);
    for (const core::KeptRow& kept : rows) {
        plan.batch.release.push_back(kept);
        if (kept.until == core::kOpen) {
            release_tombstone(plan, kept);
        } else if (const auto pin = plan.witness(plan.pins, kept.row.version, kept.until)) {
            plan.batch.keep.push_back({*pin, kept.row, kept.until});
        } else {
            plan.free(kept.row);
        }
    }
    plan.left -= rows.size();
    return plan.left != 0;
}

// Older rows of the object need the tombstone: without it they would have no end.
void StorageWriter::release_tombstone(Plan& plan, const core::KeptRow& kept) {
    const core::RowKey row = kept.row;
    const auto ignore = [](Version, Words) {};
    core::Storage& storage = store_.storage();
    // When the object came back, the tombstone is a superseded version like others.
    if (plan.changes(row.id) || storage.read(row.id, core::kOpen, ignore).born != row.version)
        return;
    const auto keep_for = [&](Version witness) {
        plan.batch.keep.push_back({witness, row, core::kOpen});
    };
    for (std::size_t i = plan.orphans_from; i < plan.batch.puts.size(); ++i)
        if (plan.batch.puts[i].id == row.id) return keep_for(row.version);
    std::optional<Version> older = row.version;
    while (older->value() != 0) {
        older = storage.read(row.id, Version{older->value() - 1}, ignore).born;
        if (!older) break;
        if (!plan.freed.contains({row.id, *older}))
            return keep_for(Plan::pinned_in(plan.pins, *older, row.version).value_or(row.version));
    }
    plan.free(row);
}

void StorageWriter::plan_log(Plan& plan, std::span<const std::shared_ptr<Commit>> commits) {
    core::Batch& batch = plan.batch;
    const Horizon& horizon = store_.horizon();
    batch.history = {horizon.rule(), plan.oldest};
    if (horizon.keeps_log()) {
        for (const auto& commit : commits)
            if (commit->number >= plan.oldest)
                batch.commits.push_back(
                    {commit->number, commit->time, commit->note, commit->touched});
        batch.forget_commits = plan.oldest;
    } else if (!log_is_empty_) {
        log_is_empty_ = !store_.storage().next_commit({});
        if (!log_is_empty_) batch.forget_commits = core::kOpen;
    }
}

void StorageWriter::write(Due due) {
    // Left over only when settle() ran out of memory.
    orphans_.insert(orphans_.end(), window_.begin(), window_.end());
    window_.clear();

    Plan plan;
    const Horizon::Raise raised =
        store_.horizon().raise(due.commits, due.step ? due.step->to : due.newest);
    plan.oldest = store_.horizon().oldest();  // before the pins are read: H3
    yield_point("persist:raised");
    plan.pins = store_.pins().live();  // after the publication of everything before: D3
    plan.lasting_pins = store_.pins().live_but_committing();

    std::vector<Change*>& changes = due.changes;
    sort_by_id(changes);
    core::Batch& batch = plan.batch;
    try {
        for (std::size_t begin = 0; begin < changes.size();) {
            std::size_t end = begin + 1;
            while (end < changes.size() && changes[end]->id == changes[begin]->id) ++end;
            plan_object(plan, std::span(changes).subspan(begin, end - begin));
            begin = end;
        }
        plan_orphans(plan);
        plan_kept(plan, due.only_rows);
        plan_log(plan, due.only_rows ? std::span<const std::shared_ptr<Commit>>{} : due.commits);
        const auto by_key = [](const auto& a, const auto& b) {
            return std::pair(a.id, a.version) < std::pair(b.id, b.version);
        };
        if (!std::is_sorted(batch.puts.begin(), batch.puts.end(), by_key))
            std::sort(batch.puts.begin(), batch.puts.end(), by_key);
        if (!std::is_sorted(batch.erases.begin(), batch.erases.end(), by_key))
            std::sort(batch.erases.begin(), batch.erases.end(), by_key);
        batch.newest = due.newest;
        batch.time = due.time;
        batch.next_object_id = store_.next_object_id();
        batch.log = due.log;
        batch.step = due.step;
        for (const core::KeptRow& kept : batch.keep)
            if (kept.witness < plan.swept) plan.passed.insert(kept.witness);
        batch.types = store_.types().take_pending();
        yield_point("persist:planned");
        store_.storage().write(batch);
    } catch (...) {
        // In doubt, the rows may be gone: then memory has the only copy.
        if (!store_.storage().failed()) {
            for (const VersionHandle& version : plan.unbacked)
                mutable_version(version).set_backed(true);
            store_.horizon().put_back(raised);
        }
        store_.types().restore_pending(batch.types);
        throw;
    }
    // -- stored: nothing throws from here on, or a batch would be taken back that is on disk
    yield_point("persist:written");
    for (const VersionHandle& version : plan.written) mutable_version(version).set_backed(true);
    for (const Superseded& dead : plan.dead) store_.table().unlink(*dead.version);
    orphans_.clear();
    window_ = std::move(plan.window);
    swept_ = plan.swept;
    passed_.swap(plan.passed);
    releases_wait_ = plan.left == 0;
    objects_.fetch_add(batch.puts.size(), std::memory_order_relaxed);
    std::uint64_t bytes = 0;
    for (const core::RowPut& put : batch.puts) bytes += put.value.size_bytes();
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    syncs_.fetch_add(1, std::memory_order_relaxed);
}

void StorageWriter::settle() {
    if (!window_.empty()) {
        orphans_.reserve(window_.size());
        const std::vector<Version> pins = store_.pins().live();
        yield_point("persist:settling");
        for (Superseded& superseded : window_) {
            if (Plan::pinned_in(pins, superseded.version->born(), superseded.until)) {
                orphans_.push_back(std::move(superseded));
            } else {
                store_.table().unlink(*superseded.version);
            }
        }
        window_.clear();
    }
    if (Epoch::waiting() >= kCollectFrom) Epoch::collect();
}

PersistCounters StorageWriter::counters() const {
    return {objects_.load(std::memory_order_relaxed), bytes_.load(std::memory_order_relaxed),
            syncs_.load(std::memory_order_relaxed)};
}

}  // namespace vitrine::mvcc
