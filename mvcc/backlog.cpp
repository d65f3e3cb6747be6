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
    if (!is_new) entry.more.reserve(entry.more.size() + 1);
    // -- nothing throws from here on
    bytes_ += bytes_of(change.fresh);
    if (is_new) {
        entry.first = std::move(change);
        return;
    }
    // B2: those that nobody sees any longer. (Mostly one at least: the base of the commit that
    // superseded it was still pinned when that one was added.)
    const auto drop = [&](const Change& old) {
        if (old.fresh && is_seen(*old.fresh, seen)) return false;
        if (old.fresh) seen.table.unlink(*old.fresh);
        bytes_ -= bytes_of(old.fresh);
        return true;
    };
    const bool first_goes = drop(entry.first);
    std::erase_if(entry.more, drop);
    change.predecessor = {};
    entry.more.push_back(std::move(change));
    if (!first_goes) return;
    entry.more.front().predecessor = std::move(entry.first.predecessor);
    entry.first = std::move(entry.more.front());
    entry.more.erase(entry.more.begin());
    if (!entry.first.fresh && !entry.first.predecessor && entry.more.empty()) entries_.erase(place);
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
        if (!entry.first.fresh && !entry.first.predecessor) continue;  // stored by a step (M3)
        due.changes.push_back(&entry.first);
        for (Change& change : entry.more) due.changes.push_back(&change);
    }
    due.commits.insert(due.commits.end(), commits_.begin(), commits_.end());
    due.newest = newest_;
    due.time = time_;
}

}  // namespace vitrine::mvcc
