#include "mvcc/direct_persist.hpp"

#include <algorithm>

#include "mvcc/store.hpp"
#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {
namespace {

ObjectVersion& mutable_version(const VersionHandle& handle) {
    return const_cast<ObjectVersion&>(*handle);  // `backed` is ours (V4)
}

// A pinned version in [born, until), if any.
std::optional<Version> witness(const std::vector<Version>& pins, Version born, Version until) {
    const auto pin = std::lower_bound(pins.begin(), pins.end(), born);
    if (pin == pins.end() || *pin >= until) return std::nullopt;
    return *pin;
}

}  // namespace

struct DirectPersist::Plan {
    core::Batch batch;
    std::vector<Version> pins;
    std::vector<Version> lasting_pins;    // without those of committing transactions: D2
    std::vector<VersionHandle> written;   // backed once the batch is stored
    std::vector<VersionHandle> unbacked;  // marked in advance; marked back when the batch fails
    std::vector<Superseded> window;
    std::vector<Superseded> dead;  // orphans that nobody wants any longer

    void put(const VersionHandle& version) {
        batch.puts.push_back({version->id(), version->born(), version->row()});
        written.push_back(version);
    }
    void keep(Version pin, const ObjectVersion& version, Version until) {
        batch.keep.push_back({pin, {version.id(), version.born()}, until});
    }
};

DirectPersist::DirectPersist(Store& store) : store_(store) {
    for (const Version version : store.storage().witnesses()) witnesses_.insert(version);
}

void DirectPersist::plan_object(Plan& plan, std::span<Change* const> history) {
    const Change& first = *history.front();
    if (first.predecessor) {
        const Version born = first.predecessor->born();
        const Version until = first.predecessor->until();
        if (const auto pin = witness(plan.lasting_pins, born, until)) {
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
        if (const auto pin = witness(plan.pins, version->born(), until)) {
            plan.put(version);
            plan.keep(*pin, *version, until);
        } else {
            plan.window.push_back({version, until});
        }
    }
    if (history.back()->fresh) plan.put(history.back()->fresh);
}

void DirectPersist::plan_orphans(Plan& plan) {
    for (const Superseded& orphan : orphans_) {
        if (const auto pin = witness(plan.pins, orphan.version->born(), orphan.until)) {
            plan.put(orphan.version);
            plan.keep(*pin, *orphan.version, orphan.until);
        } else {
            plan.dead.push_back(orphan);
        }
    }
}

void DirectPersist::plan_kept(Plan& plan) {
    std::size_t left = kReleasedPerBatch + plan.batch.puts.size();
    for (const Version gone : witnesses_) {
        if (left == 0) return;
        if (std::binary_search(plan.pins.begin(), plan.pins.end(), gone)) continue;
        for (const core::KeptRow& kept : store_.storage().kept(gone, left)) {
            plan.batch.release.push_back(kept);
            if (const auto pin = witness(plan.pins, kept.row.version, kept.until)) {
                plan.batch.keep.push_back({*pin, kept.row, kept.until});
            } else {
                plan.batch.erases.push_back(kept.row);
            }
            --left;
        }
    }
}

void DirectPersist::persist(std::span<const std::shared_ptr<Commit>> commits) {
    // Left over only when settle() ran out of memory.
    orphans_.insert(orphans_.end(), window_.begin(), window_.end());
    window_.clear();

    Plan plan;
    plan.pins = store_.pins().live();  // after the publication of everything before: D3
    plan.lasting_pins = store_.pins().live_but_committing();

    std::vector<Change*> changes;
    for (const auto& commit : commits)
        for (Change& change : commit->changes) changes.push_back(&change);
    // Stable: the history of one object stays in the order of its commits.
    std::stable_sort(changes.begin(), changes.end(),
                     [](const Change* a, const Change* b) { return a->id < b->id; });
    core::Batch& batch = plan.batch;
    std::set<Version> witnesses;
    try {
        for (std::size_t begin = 0; begin < changes.size();) {
            std::size_t end = begin + 1;
            while (end < changes.size() && changes[end]->id == changes[begin]->id) ++end;
            plan_object(plan, std::span(changes).subspan(begin, end - begin));
            begin = end;
        }
        plan_orphans(plan);
        plan_kept(plan);
        const auto by_key = [](const auto& a, const auto& b) {
            return std::pair(a.id, a.version) < std::pair(b.id, b.version);
        };
        if (!std::is_sorted(batch.puts.begin(), batch.puts.end(), by_key))
            std::sort(batch.puts.begin(), batch.puts.end(), by_key);
        if (!std::is_sorted(batch.erases.begin(), batch.erases.end(), by_key))
            std::sort(batch.erases.begin(), batch.erases.end(), by_key);
        batch.newest = commits.empty() ? store_.durable_version() : commits.back()->number;
        batch.time = commits.empty() ? store_.time_of(batch.newest) : commits.back()->time;
        batch.next_object_id = store_.next_object_id();
        for (const core::KeptRow& kept : batch.keep) witnesses.insert(kept.witness);
        batch.types = store_.types().take_pending();
        yield_point("persist:planned");
        store_.storage().write(batch);
    } catch (...) {
        // In doubt, the rows may be gone: then memory has the only copy.
        if (!store_.storage().failed())
            for (const VersionHandle& version : plan.unbacked)
                mutable_version(version).set_backed(true);
        store_.types().restore_pending(std::move(batch.types));
        throw;
    }
    // -- stored: nothing throws from here on, or a batch would be taken back that is on disk
    yield_point("persist:written");
    for (const VersionHandle& version : plan.written) mutable_version(version).set_backed(true);
    for (const Superseded& dead : plan.dead) store_.table().unlink(*dead.version);
    orphans_.clear();
    window_ = std::move(plan.window);
    witnesses_.merge(witnesses);
    if (batch.release.size() < kReleasedPerBatch)  // all of the gone ones' rows were seen
        std::erase_if(witnesses_, [&](Version version) {
            return !std::binary_search(plan.pins.begin(), plan.pins.end(), version);
        });
    objects_.fetch_add(batch.puts.size(), std::memory_order_relaxed);
    std::uint64_t bytes = 0;
    for (const core::RowPut& put : batch.puts) bytes += put.value.size_bytes();
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    syncs_.fetch_add(1, std::memory_order_relaxed);
}

void DirectPersist::settle() {
    if (!window_.empty()) {
        orphans_.reserve(window_.size());
        const std::vector<Version> pins = store_.pins().live();
        yield_point("persist:settling");
        for (Superseded& superseded : window_) {
            if (witness(pins, superseded.version->born(), superseded.until)) {
                orphans_.push_back(std::move(superseded));
            } else {
                store_.table().unlink(*superseded.version);
            }
        }
        window_.clear();
    }
    if (Epoch::waiting() >= kCollectFrom) Epoch::collect();
}

PersistCounters DirectPersist::counters() const {
    return {objects_.load(std::memory_order_relaxed), bytes_.load(std::memory_order_relaxed),
            syncs_.load(std::memory_order_relaxed)};
}

}  // namespace vitrine::mvcc
