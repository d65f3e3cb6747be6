#pragma once

#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include <vitrine/detail/leaf_view.hpp>
#include <vitrine/detail/version_handle.hpp>

namespace vitrine::btree {

using KeyBytes = std::vector<std::byte>;

/// Which part of a tree, and which way. Empty bounds are open.
struct Bounds {
    std::optional<KeyBytes> low{};   ///< from this key on, itself included
    std::optional<KeyBytes> high{};  ///< up to this key
    bool high_included = false;
    bool reversed = false;
};

/// Whatever owns the bytes of a value: a stored version, or a transaction's private memory.
struct ValueHold {
    mvcc::VersionHandle version{};
    std::shared_ptr<const void> memory{};
};

/// A value with its owner.
struct OwnedValue {
    ByteSpan bytes{};
    ValueHold hold{};
};

/// A position in a tree, moving leaf by leaf; inside a leaf everything is inline.
/// It holds the leaf it stands on, the nodes above it and its snapshot, no more.
/// Threads: one at a time.
class Cursor {
  public:
    Cursor() = default;
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    virtual ~Cursor() = default;

    /// False at the end.
    [[nodiscard]] bool valid() const { return valid_; }

    /// To the next entry in the cursor's direction. Requires: valid().
    /// Throws: CorruptionError, StorageError (only when it enters another leaf).
    void step() {
        if (index_ == last_) {
            cross();
            return;
        }
        index_ += direction_;
        if (!leaf_.fixed_keys) load_key();
    }

    /// Fixed keys: the key as a number whose order is the keys' order. Requires: valid().
    [[nodiscard]] std::uint64_t head() const { return leaf_.heads[index_]; }
    /// Variable keys: the whole key, valid until the cursor moves. Requires: valid().
    [[nodiscard]] ByteSpan key() const { return {key_.data(), key_size_}; }
    /// The key of either kind as bytes (fixed: 8 big-endian bytes). Requires: valid().
    [[nodiscard]] KeyBytes key_copy() const;
    [[nodiscard]] bool fixed_keys() const { return leaf_.fixed_keys; }

    /// The value, valid until the cursor moves. Requires: valid().
    [[nodiscard]] ByteSpan value() {
        if (leaf_.large(index_)) return large_value();
        return leaf_.value(index_);
    }
    /// What keeps value()'s bytes alive beyond the cursor, for owning items.
    [[nodiscard]] virtual ValueHold hold_value() = 0;

  protected:
    /// Enters the next leaf that has an entry within the bounds, or ends.
    virtual void cross() = 0;
    virtual ByteSpan large_value() = 0;

    /// Shows entries [begin, end) of a leaf, in the cursor's direction. Requires: begin < end.
    void show(const LeafView& leaf, std::uint32_t begin, std::uint32_t end, bool reversed) {
        leaf_ = leaf;
        index_ = reversed ? end - 1 : begin;
        last_ = reversed ? begin : end - 1;
        direction_ = reversed ? ~std::uint32_t{0} : 1;
        valid_ = true;
        if (leaf.fixed_keys) return;
        if (key_.size() < leaf.prefix_size) key_.resize(leaf.prefix_size);
        if (leaf.prefix_size != 0) std::memcpy(key_.data(), leaf.prefix, leaf.prefix_size);
        load_key();
    }

    void load_key() {
        const ByteSpan suffix = leaf_.suffix(index_);
        key_size_ = leaf_.prefix_size + suffix.size();
        if (key_size_ > key_.size()) key_.resize(key_size_);
        if (!suffix.empty())
            std::memcpy(key_.data() + leaf_.prefix_size, suffix.data(), suffix.size());
    }

    LeafView leaf_;
    std::uint32_t index_ = 0;
    std::uint32_t last_ = 0;       // the last index to show, in the direction
    std::uint32_t direction_ = 1;  // 1, or 2^32 - 1 for backwards
    bool valid_ = false;
    KeyBytes key_;  // starts with the leaf's prefix
    std::size_t key_size_ = 0;
};

}  // namespace vitrine::btree
