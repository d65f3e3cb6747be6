#include "mvcc/recent_changes.hpp"

#include <algorithm>

namespace vitrine::mvcc {

void RecentChanges::note(Version number, core::ObjectId collection,
                         std::span<const std::uint64_t> keys) {
    if (last_.size() >= kCollections && !last_.contains(collection)) {
        for (const auto& [id, version] : last_) floor_ = std::max(floor_, version);
        last_.clear();
    }
    last_[collection] = number;
    for (const std::uint64_t key : keys.first(std::min(keys.size(), kKeys))) {
        if (keys_.size() == kKeys) keys_.pop_front();
        keys_.push_back({number, collection, key});
    }
}

bool RecentChanges::changed_since(core::ObjectId collection, Version base) const {
    return last_change(collection) > base;
}

Version RecentChanges::last_change(core::ObjectId collection) const {
    const auto found = last_.find(collection);
    return found != last_.end() ? found->second : floor_;
}

std::optional<Version> RecentChanges::find(core::ObjectId collection, std::uint64_t key,
                                           Version base) const {
    for (auto change = keys_.rbegin(); change != keys_.rend() && change->number > base; ++change)
        if (change->collection == collection && change->key == key) return change->number;
    return std::nullopt;
}

}  // namespace vitrine::mvcc
