#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "mvcc/object_version.hpp"

namespace vitrine::mvcc {

/// How two edits of one object become one: what both began with, what the other commit made of it,
/// and what this transaction did.
using Merge = std::function<std::vector<Word>(Words base, Words theirs, Words mine)>;

/// The program's rules for merging, by type.
/// Threads: any.
class Mergers {
  public:
    /// An empty function takes the rule back.
    void set(TypeId type, Merge merge) {
        auto rule = merge ? std::make_shared<const Merge>(std::move(merge)) : nullptr;
        const std::unique_lock lock(mutex_);
        rules_[type] = std::move(rule);
    }
    /// Null: two edits conflict.
    [[nodiscard]] std::shared_ptr<const Merge> find(TypeId type) const {
        const std::shared_lock lock(mutex_);
        const auto found = rules_.find(type);
        return found == rules_.end() ? nullptr : found->second;
    }

  private:
    mutable std::shared_mutex mutex_;
    std::map<TypeId, std::shared_ptr<const Merge>> rules_;
};

}  // namespace vitrine::mvcc
