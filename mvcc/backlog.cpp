#include "mvcc/backlog.hpp"

#include <algorithm>
#include <utility>

#include "mvcc/object_table.hpp"

namespace vitrine::mvcc {
namespace {

bool is_seen(const ObjectVersion& version, const Backlog::Seen& seen) {
    if (version.until() > seen.oldest) return true;
    const auto pin = std::lower_bound(seen.pins.begin(), seen.pins.end(), version.born());
    return pin != seen.pins.end() && *pin < version.until();
}

std::size_t bytes_of(const VersionHandle& version) { return version ? version->bytes() : 0; }

}  // namespace

void Backlog::add(Change& change, const Seen& seen) {
    const auto [place, is_new] = entries_.try_emplace(change.id);
    Entry& entry = place->second;
    const std::size_t bytes = bytes_of(change.fresh);
    if (is_new) {
        entry.first = std::move(change);
        bytes_ += bytes;
        return;
    }
    Change& last = entry.last();
    if (last.fresh && is_seen(*last.fresh, seen)) {
        entry.more.push_back(std::move(change));
        bytes_ += bytes;
        return;
    }
    // B2: the newer version takes its place.
    if (last.fresh) seen.table.unlink(*last.fresh);
    bytes_ += bytes;
    bytes_ -= bytes_of(last.fresh);
    last.fresh = std::move(change.fresh);
    change.predecessor = {};
    if (!last.fresh && !last.predecessor && entry.more.empty()) entries_.erase(place);
}

void Backlog::add(Logged& logged, const Seen& seen) {
    if (empty()) since_ = std::chrono::steady_clock::now();
    if (seen.keeps_log && (commits_.empty() || commits_.back() != logged.commit))
        commits_.push_back(logged.commit);
    newest_ = logged.commit->number;
    time_ = logged.commit->time;
    place_ = logged.place;
    while (!logged.changes.empty()) {
        add(logged.changes.back(), seen);  // one for each object: their order does not matter
        logged.changes.pop_back();
    }
}

void Backlog::add_to(Due& due) {
    due.changes.reserve(due.changes.size() + entries_.size());
    for (auto& [id, entry] : entries_) {
        due.changes.push_back(&entry.first);
        for (Change& change : entry.more) due.changes.push_back(&change);
    }
    due.commits.insert(due.commits.end(), commits_.begin(), commits_.end());
    due.newest = newest_;
    due.time = time_;
}

}  // namespace vitrine::mvcc
