#include "btree/collect.hpp"

#include <algorithm>

#include <vitrine/error.hpp>

#include "btree/object_scan.hpp"
#include "btree/reach.hpp"
#include "btree/snapshot_cursor.hpp"
#include "btree/sweep.hpp"
#include "mvcc/yield_point.hpp"

namespace vitrine::btree {
namespace {

using mvcc::MarkSet;

constexpr int kPatientTries = 16;

// One run, of either kind.
class Collection {
  public:
    Collection(mvcc::Snapshot keep, const Progress& progress, CollectOptions options)
        : store_(keep.store()),
          snapshot_(std::move(keep)),
          progress_(progress),
          options_(options) {}

    GcReport collect() {
        store_.garbage().claim();
        struct Claim {
            mvcc::GarbageWatch& watch;
            ~Claim() { watch.end(); }
        } const claim{store_.garbage()};
        begin();
        condemn();
        sweep([this](const ObjectScan::Found& found) { erase(found); });
        commit_whole();
        return finish();
    }

    GcReport plan() {
        marks_ = std::make_shared<MarkSet>(store_.next_object_id(), options_.stack_bound);
        follow();
        sweep([this](const ObjectScan::Found& found) { count(found); });
        return finish();
    }

  private:
    // -- marking
    void begin() {
        const mvcc::Snapshot base = store_.snapshot();
        // In the sequencing section: what was sequenced before is published by the flush and so in
        // the snapshot; what comes later tells.
        store_.pipeline().commit(base, Isolation::snapshot, [&](mvcc::CommitContext&) {
            marks_ = std::make_shared<MarkSet>(store_.next_object_id(), options_.stack_bound);
            store_.garbage().begin(marks_);
        });
        mvcc::yield_point("collect:begun");
        store_.write_through();
        snapshot_ = store_.snapshot();
        mvcc::yield_point("collect:snapshot");
        follow();
    }

    void follow() {
        report_.snapshot = snapshot_.version();
        total_ = 2 * marks_->limit();
        tell();
        reach_.emplace(snapshot_, *marks_, tick_);
        reach_->start();
        drain();
    }

    void drain() {
        while (reach_->step()) {
        }
    }

    // In the sequencing section nothing of the program's may be called.
    void drain_quietly() {
        quiet_ = true;
        drain();
        quiet_ = false;
    }

    void condemn() {
        const mvcc::Snapshot base = store_.snapshot();
        bool closed = false;
        for (int tries = 0; !closed; ++tries) {
            mvcc::yield_point("collect:closing");
            store_.pipeline().commit(base, Isolation::snapshot, [&](mvcc::CommitContext& context) {
                // Whoever reads goes on telling: after some tries, no more commits meanwhile.
                do {
                    if (tries >= kPatientTries) drain_quietly();
                    closed = store_.garbage().close(Version{context.number().value() - 1});
                } while (!closed && tries >= kPatientTries);
            });
            if (!closed) drain();
        }
        reach_objects_ = reach_->objects();
        reach_.reset();
        mvcc::yield_point("collect:condemned");
    }

    // -- sweeping
    template <class Deed>
    void sweep(const Deed& deed) {
        if (reach_) reach_objects_ = reach_->objects();
        ObjectScan scan(store_);
        while (const auto found = scan.next()) {
            done_ = std::max(done_, marks_->limit() + std::min(found->id.value, marks_->limit()));
            tick();
            if (found->tombstone) continue;
            ++report_.objects_examined;
            if (found->id.value < core::kFirstFreeId || found->id.value >= marks_->limit() ||
                marks_->marked(found->id))
                continue;
            deed(*found);
        }
    }

    void erase(const ObjectScan::Found& found) {
        std::uint64_t work = 1;
        std::uint64_t bytes = found.bytes;
        if (found.type == kTreeHeaderType) {
            const mvcc::Snapshot now = store_.snapshot();
            const VersionHandle header = now.find(found.id);
            if (!header) return;
            work += cut_down(*header);
            bytes += last_piece_bytes_;
        }
        if (work_ + work > options_.work_per_commit || bytes_ + bytes > options_.bytes_per_commit)
            commit_whole();
        whole_.push_back(found.id);
        work_ += work;
        bytes_ += bytes;
    }

    // Takes pieces out of a tree until what is left is small enough; returns how many entries.
    std::uint64_t cut_down(const ObjectVersion& tree) {
        const ObjectId id = tree.id();
        for (;;) {
            const mvcc::Snapshot now = store_.snapshot();
            const VersionHandle header = now.find(id);
            if (!header || marks_->marked(id)) return 0;
            const TreeState state = state_of(header->aux<TreeHeaderView>());
            std::vector<KeyBytes> keys;
            last_piece_bytes_ = 0;
            SnapshotCursor cursor(now, state, {});
            for (; cursor.valid() && keys.size() < options_.work_per_commit; cursor.step()) {
                if (last_piece_bytes_ > options_.bytes_per_commit) break;
                keys.push_back(cursor.key_copy());
                last_piece_bytes_ += keys.back().size() + cursor.value_bytes();
            }
            if (!cursor.valid()) return state.count;
            commit([&](Sweep& part) { part.take_out(id, keys); });
        }
    }

    void commit_whole() {
        if (whole_.empty()) return;
        commit([&](Sweep& part) {
            for (const ObjectId id : whole_) part.erase(id);
        });
        whole_.clear();
        work_ = bytes_ = 0;
    }

    template <class Fill>
    void commit(const Fill& fill) {
        tell();
        mvcc::yield_point("collect:sweeping");
        TransactionOptions options;
        options.isolation = Isolation::snapshot;
        options.note = "garbage collection";
        snapshot_ = store_.snapshot();  // what is erased need not be kept for the one before
        mvcc::Transaction transaction(store_, snapshot_, std::move(options));
        Sweep& part = transaction.participant<Sweep>();
        Sweep::Erased erased;
        part.tell(erased);
        fill(part);
        const Version base = transaction.base().version();
        if (transaction.commit() != base) ++report_.commits;
        report_.objects_erased += erased.objects;
        report_.trees_erased += erased.trees;
        report_.entries_erased += erased.entries;
        report_.bytes_freed += erased.bytes;
    }

    void count(const ObjectScan::Found& found) {
        const VersionHandle version = snapshot_.find(found.id);
        if (!version) return;
        report_.bytes_freed += version->row().size_bytes();
        if (version->type() != kTreeHeaderType) {
            ++report_.objects_erased;
            return;
        }
        ++report_.trees_erased;
        report_.entries_erased += version->aux<TreeHeaderView>().count;
    }

    // -- telling
    void tick() {
        if (++ticks_ % options_.tell_every == 0) tell();
    }
    void tell() {
        if (!progress_ || quiet_) return;
        if (reach_) done_ = std::max(done_, std::min(marks_->count(), marks_->limit()));
        if (!progress_(done_, total_)) throw CancelledError("the garbage collection was cancelled");
    }
    GcReport finish() {
        report_.objects_reachable = reach_objects_;
        report_.peak_bytes = marks_->peak_bytes();
        report_.duration = std::chrono::steady_clock::now() - began_;
        if (progress_) static_cast<void>(progress_(total_, total_));
        return report_;
    }

    mvcc::Store& store_;
    mvcc::Snapshot snapshot_;  // what is followed; from then on the newest, to keep the machine
    const Progress& progress_;
    const CollectOptions options_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::shared_ptr<MarkSet> marks_;
    struct Tick {
        Collection& of;
        void operator()() const { of.tick(); }
    } tick_{*this};
    std::optional<Reach> reach_;
    std::uint64_t reach_objects_ = 0;
    std::vector<ObjectId> whole_;  // to go with the next commit
    std::uint64_t work_ = 0, bytes_ = 0;
    std::uint64_t last_piece_bytes_ = 0;
    std::uint64_t done_ = 0, total_ = 0;
    unsigned ticks_ = 0;
    bool quiet_ = false;
    GcReport report_;
};

}  // namespace

GcReport collect_garbage(mvcc::Snapshot keep, const Progress& progress, CollectOptions options) {
    return Collection(std::move(keep), progress, options).collect();
}

GcReport plan_garbage(const mvcc::Snapshot& snapshot, const Progress& progress,
                      CollectOptions options) {
    return Collection(snapshot, progress, options).plan();
}

}  // namespace vitrine::btree
