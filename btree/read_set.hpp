#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <vitrine/detail/cursor.hpp>

#include "btree/key.hpp"

namespace vitrine::btree {

/// A part of a tree that an iteration saw, absent keys included.
struct RangeRead {
    std::optional<KeyBytes> low{};
    std::optional<KeyBytes> high{};
    bool high_included = false;
    /// Brings the record up to where the iteration stands; empty when it has ended.
    std::function<void()> update{};
};

/// What a transaction read of one tree, for validation.
class ReadSet {
  public:
    enum class What : std::uint8_t {
        value,            ///< find, at, visit, update
        presence,         ///< contains, size over own writes
        presence_always,  ///< insert, remove: checked under snapshot isolation too
    };
    struct KeyRead {
        ByteSpan key;
        What what;
    };

    void add_key(ByteSpan key, What what) {
        const std::size_t offset = bytes_.size();
        bytes_.insert(bytes_.end(), key.begin(), key.end());
        keys_.push_back({offset, static_cast<std::uint32_t>(key.size()), what});
    }
    std::shared_ptr<RangeRead> add_range() {
        return ranges_.emplace_back(std::make_shared<RangeRead>());
    }
    void add_count() { count_ = true; }

    [[nodiscard]] bool empty() const { return keys_.empty() && ranges_.empty() && !count_; }
    [[nodiscard]] std::size_t keys() const { return keys_.size(); }
    [[nodiscard]] KeyRead key(std::size_t i) const {
        return {{bytes_.data() + keys_[i].offset, keys_[i].size}, keys_[i].what};
    }
    [[nodiscard]] const std::vector<std::shared_ptr<RangeRead>>& ranges() const { return ranges_; }
    [[nodiscard]] bool count() const { return count_; }

  private:
    struct Slice {
        std::size_t offset;
        std::uint32_t size;
        What what;
    };
    std::vector<std::byte> bytes_;
    std::vector<Slice> keys_;
    std::vector<std::shared_ptr<RangeRead>> ranges_;
    bool count_ = false;
};

}  // namespace vitrine::btree
