#include <algorithm>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/reach.hpp"
#include "btree/verify_run.hpp"
#include "mvcc/store.hpp"

namespace vitrine::btree {
namespace {

constexpr std::size_t kAtOnce = 256;

}  // namespace

// Beside commits a row and its entry may go between two reads: what looks wrong is looked at again.
void VerifyRun::check_kept() {
    core::Storage& storage = store_.storage();
    Version from{};
    for (;;) {
        const auto witnesses = storage.witnesses({from, core::kOpen}, kAtOnce);
        for (const Version witness : witnesses) {
            for (const core::KeptRow& kept : storage.kept(witness, core::Storage::kUnlimited)) {
                tick(limit_);
                ++report_.kept;
                check_kept_row(kept);
            }
            from = Version{witness.value() + 1};
        }
        if (witnesses.size() < kAtOnce) return;
    }
}

void VerifyRun::check_kept_row(const core::KeptRow& kept) {
    const ObjectId id = kept.row.id;
    const auto say = [&](const std::string& what) {
        core::Storage& storage = store_.storage();
        const auto now = storage.kept(kept.witness, core::Storage::kUnlimited);
        if (std::find(now.begin(), now.end(), kept) == now.end()) return;  // it went meanwhile
        fault(id, kept.row.version,
              fmt::format("object #{}, version {}, is kept for version {}, {}", id.value,
                          kept.row.version.value(), kept.witness.value(), what));
    };
    // A tombstone, which has no end, stays for the sake of older rows, and for who sees those.
    const bool tombstone = kept.until == core::kOpen;
    if (!tombstone && (kept.witness < kept.row.version || kept.witness >= kept.until))
        return say(fmt::format("which is not in its interval up to {}", kept.until.value()));
    const core::Storage::Reading found =
        store_.storage().read(id, kept.row.version, [](Version, core::Words) {});
    if (found.born != kept.row.version) return say("and missing");
    if (!tombstone && kept.until > found.until)
        say(fmt::format("up to {}, beyond its next version {}", kept.until.value(),
                        found.until.value()));
}

void VerifyRun::check_log() {
    core::Storage& storage = store_.storage();
    Version after{};
    std::optional<core::Time> time;
    for (;;) {
        const auto commits = storage.commits(after, kAtOnce);
        for (const core::CommitRow& commit : commits) {
            tick(limit_);
            ++report_.commits;
            after = commit.version;
            if (time && commit.time <= *time)
                fault({}, commit.version,
                      fmt::format("commit {} is in the log with a time that is not later than that "
                                  "of the one before",
                                  commit.version.value()));
            time = commit.time;
            if (commit.version > storage.state().newest)
                fault({}, commit.version,
                      fmt::format("commit {} is in the log and was never made",
                                  commit.version.value()));
        }
        if (commits.size() < kAtOnce) return;
    }
}

// Only when all trees are whole: what a broken node led to is not lost but not found.
void VerifyRun::check_parts() {
    if (met_ != 0) return;
    std::set<core::RowKey> orphans;
    for (auto id = parts_.next({}); id; id = parts_.next(ObjectId{id->value + 1})) {
        if (parts_seen_.has(*id)) continue;
        // By its row: what is in memory may be what an old snapshot looked at, and gone since.
        const auto row =
            store_.storage().read(*id, snapshot_.version(), [](Version, core::Words) {});
        if (row.born) orphans.insert({*id, *row.born});
    }
    if (orphans.empty()) return;
    // Parts are dropped without a tombstone: a row that is kept for an older version looks as if it
    // were still there.
    store_.storage().scan_kept([&](const core::KeptRow& kept) {
        if (kept.until <= snapshot_.version()) orphans.erase(kept.row);
        return true;
    });
    for (const core::RowKey& orphan : orphans)
        fault(orphan.id, orphan.version,
              fmt::format("object #{} is a part of a tree, and no tree leads to it",
                          orphan.id.value));
}

void VerifyRun::find_unreachable() {
    mvcc::MarkSet marks(limit_);
    const auto told = [&] { tick(limit_ + std::min(marks.count(), limit_)); };
    Reach reach(snapshot_, marks, told);
    reach.start();
    while (reach.step()) {
    }
    for (auto id = objects_.next({}); id; id = objects_.next(ObjectId{id->value + 1})) {
        if (marks.marked(*id)) continue;
        ++report_.unreachable_objects;
        if (report_.unreachable.size() < VerifyReport::kUnreachableListed)
            report_.unreachable.push_back(core::to_ref(*id));
    }
}

}  // namespace vitrine::btree
