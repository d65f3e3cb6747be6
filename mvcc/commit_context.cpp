#include "mvcc/commit_context.hpp"

#include <algorithm>

#include "mvcc/store.hpp"

namespace vitrine::mvcc {
namespace {

constexpr std::size_t kIndexedFrom = 16;  // below, a scan is faster than a hash table
constexpr Version kNewest{core::kOpen.value() - 1};

}  // namespace

CommitContext::CommitContext(Store& store, const Snapshot& base, Version number, bool serializable,
                             RecentChanges& recent)
    : store_(store), base_(base), number_(number), serializable_(serializable), recent_(recent) {}

Change* CommitContext::find_change(ObjectId id) {
    if (changes_.size() < kIndexedFrom) {
        for (Change& change : changes_)
            if (change.id == id) return &change;
        return nullptr;
    }
    if (index_.empty())
        for (std::size_t i = 0; i < changes_.size(); ++i) index_.emplace(changes_[i].id, i);
    const auto found = index_.find(id);
    return found == index_.end() ? nullptr : &changes_[found->second];
}

Change& CommitContext::add_change(ObjectId id, VersionHandle predecessor) {
    if (changes_.empty()) changes_.reserve(kUsual);
    holds_.emplace_back(store_.table(), id);
    changes_.push_back(Change{id, {}, std::move(predecessor), {}});
    if (!index_.empty()) index_.emplace(id, changes_.size() - 1);
    return changes_.back();
}

Change& CommitContext::change(ObjectId id) {
    if (Change* known = find_change(id)) return *known;
    // T4: held from here on, the predecessor stays linked, so its interval can be closed.
    return add_change(id, store_.hold_at(id, kNewest));
}

const ObjectVersion* CommitContext::newest_or_tombstone(ObjectId id) {
    if (const Change* mine = find_change(id)) return mine->fresh.get();
    return store_.version_at(id, kNewest);
}

const ObjectVersion* CommitContext::newest(ObjectId id) {
    const ObjectVersion* found = newest_or_tombstone(id);
    return found == nullptr || found->tombstone() ? nullptr : found;
}

ObjectId CommitContext::allocate() { return store_.allocate_id(); }

VersionHandle CommitContext::make(ObjectId id, TypeId type, Words payload) {
    return VersionHandle::adopt(
        ObjectVersion::make(store_.account(), store_.traits_of(type), id, number_, type, payload));
}

void CommitContext::tell(ObjectId id, TypeId type, Words payload) {
    if (!tells_ || !store_.garbage().active()) return;
    const TypeTraits* traits = store_.traits_of(type);
    if (traits == nullptr || !traits->part) {
        store_.garbage().wrote(type, payload);
        told_.push_back(id);
    }
}

bool CommitContext::wants_deltas() const { return store_.pipeline().has_log(); }

const ObjectVersion* CommitContext::put(ObjectId id, TypeId type, Words payload,
                                        core::log::Delta delta) {
    tell(id, type, payload);
    VersionHandle fresh = make(id, type, payload);
    const bool first = !delta.empty() && find_change(id) == nullptr;
    Change& mine = change(id);
    mine.fresh = std::move(fresh);
    mine.delta.clear();
    if (first && mine.predecessor) mine.delta = std::move(delta);
    return mine.fresh.get();
}

const ObjectVersion* CommitContext::create(ObjectId id, TypeId type, Words payload) {
    tell(id, type, payload);
    VersionHandle fresh = make(id, type, payload);
    Change& mine = add_change(id, {});  // no look-up of what cannot be there
    mine.fresh = std::move(fresh);
    return mine.fresh.get();
}

void CommitContext::drop(ObjectId id) { change(id).fresh = {}; }

void CommitContext::link() {
    for (const ObjectId id : told_) store_.garbage().adds(id);
    for (const auto& [collection, keys] : noted_) recent_.note(number_, collection, keys);
    // Made and dropped by this commit: nobody ever knew it.
    std::erase_if(changes_, [](const Change& c) { return !c.fresh && !c.predecessor; });
    for (const Change& change : changes_) {
        if (change.fresh) {
            store_.table().link_fresh(const_cast<ObjectVersion&>(*change.fresh),
                                      change.predecessor.get());
        } else {
            store_.table().close(*change.predecessor, number_);
        }
    }
}

std::vector<ObjectId> CommitContext::touched() const {
    std::vector<ObjectId> ids;
    for (const Change& change : changes_) {
        if (!change.fresh) continue;  // dropped: a part
        const TypeTraits* traits = store_.traits_of(change.fresh->type());
        if (traits == nullptr || !traits->part) ids.push_back(change.id);
    }
    for (const auto& noted : noted_) ids.push_back(noted.first);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

}  // namespace vitrine::mvcc
