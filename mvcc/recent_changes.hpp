#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <unordered_map>

#include "core/ids.hpp"

namespace vitrine::mvcc {

/// What the last commits changed in which collection (a tree), by hash of the key. Lets a commit skip
/// the comparison of what nobody changed, and name the commit that won. Bounded: what it forgot counts
/// as changed.
/// Requires: the sequencing section.
class RecentChanges {
  public:
    explicit RecentChanges(Version now) : floor_(now) {}

    /// `keys` may be left out when there are too many to be worth noting.
    void note(Version number, core::ObjectId collection, std::span<const std::uint64_t> keys);

    /// False only when no commit after `base` changed the collection.
    [[nodiscard]] bool changed_since(core::ObjectId collection, Version base) const;
    /// The last commit that changed the collection; what may be forgotten counts as one.
    [[nodiscard]] Version last_change(core::ObjectId collection) const;
    /// The last commit after `base` that changed the key, if it is remembered.
    [[nodiscard]] std::optional<Version> find(core::ObjectId collection, std::uint64_t key,
                                              Version base) const;

  private:
    static constexpr std::size_t kCollections = 1 << 16;
    static constexpr std::size_t kKeys = 1 << 16;

    struct KeyChange {
        Version number;
        core::ObjectId collection;
        std::uint64_t key;
    };
    Version floor_;  // changes up to here may be forgotten
    std::unordered_map<core::ObjectId, Version> last_;
    std::deque<KeyChange> keys_;
};

}  // namespace vitrine::mvcc
