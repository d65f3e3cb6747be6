#include "btree/verify.hpp"

#include <vitrine/error.hpp>

#include "btree/reach_paths.hpp"
#include "btree/verify_run.hpp"
#include "mvcc/store.hpp"

namespace vitrine::btree {

VerifyRun::VerifyRun(const mvcc::Snapshot& snapshot, const Progress& progress)
    : snapshot_(snapshot),
      store_(snapshot.store()),
      progress_(progress),
      limit_(store_.next_object_id()),
      objects_(limit_),
      parts_(limit_),
      parts_seen_(limit_) {}

// Progress goes over the ids twice: the rows, and then what they add up to.
void VerifyRun::tick(std::uint64_t done) {
    if (!progress_ || ++ticks_ % 64 != 0) return;
    done_ = std::max(done_, std::min(done, 2 * limit_));
    if (!progress_(done_, 2 * limit_)) throw CancelledError("verification was cancelled");
}

void VerifyRun::fault(ObjectId id, Version version, std::string what) {
    ++met_;
    if (!told_.emplace(id.value, version.value()).second) {
        // Told by its row alone: now it is known whose part it is.
        for (std::size_t i = 0; holder_ && i < report_.faults.size(); ++i)
            if (report_.faults[i].object == core::to_ref(id)) fault_holders_[i] = holder_;
        return;
    }
    report_.faults.push_back({core::to_ref(id), version, std::move(what)});
    fault_holders_.push_back(holder_ ? holder_ : id);
}

void VerifyRun::run() {
    store_.write_through();  // what the snapshot shows is in rows, then
    check_rows();
    check_roots();
    check_kept();
    check_log();
    check_parts();
    if (report_.faults.empty()) find_unreachable();
}

void VerifyRun::find_paths() {
    std::set<ObjectId> wanted(fault_holders_.begin(), fault_holders_.end());
    for (const DanglingReference& dangling : report_.dangling_references)
        wanted.insert(core::to_id(dangling.object));
    wanted.erase(ObjectId{});
    if (wanted.empty()) return;
    const Progress telling = [this](std::uint64_t done, std::uint64_t) {
        if (progress_) tick(limit_ + done);
        return true;
    };
    const auto paths = paths_from_roots(snapshot_, wanted, telling);
    const auto path_to = [&](ObjectId id) {
        const auto found = paths.find(id);
        return found == paths.end() ? std::string() : found->second;
    };
    for (std::size_t i = 0; i < report_.faults.size(); ++i)
        report_.faults[i].path = path_to(fault_holders_[i]);
    for (DanglingReference& dangling : report_.dangling_references)
        dangling.path = join_path(path_to(core::to_id(dangling.object)), dangling.path);
}

VerifyReport VerifyRun::take() {
    try {
        find_paths();
    } catch (const CancelledError&) {
        throw;
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): without paths, then
    }
    return std::move(report_);
}

VerifyReport verify(const mvcc::Snapshot& snapshot, const Progress& progress) {
    VerifyRun run(snapshot, progress);
    try {
        run.run();
    } catch (const CancelledError&) {
        throw;
    } catch (const CorruptionError& error) {
        run.fault(core::to_id(error.object()), error.version(), error.what());
    } catch (const Error& error) {
        run.fault({}, {}, error.what());
    }
    return run.take();
}

}  // namespace vitrine::btree
