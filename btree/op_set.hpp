#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <vector>

#include "btree/key.hpp"

namespace vitrine::btree {

/// What a transaction does to one key. Borrowed bytes: of the tree's arena.
struct Op {
    enum class Kind : std::uint8_t { put, erase, add };

    std::uint64_t head = 0;
    const std::byte* key_data = nullptr;
    const std::byte* value_data = nullptr;
    std::size_t value_size = 0;
    std::uint32_t key_size = 0;
    Kind kind = Kind::put;

    [[nodiscard]] ByteSpan key() const { return {key_data, key_size}; }
    [[nodiscard]] ByteSpan value() const { return {value_data, value_size}; }
};

/// The bytes of keys and values written in one transaction's tree; 8-aligned, never moved, freed
/// together. Shared with cursors and with values handed out.
class OpArena {
  public:
    ByteSpan copy(ByteSpan bytes);

  private:
    std::pmr::monotonic_buffer_resource memory_{4096};
};

/// A transaction's operations on one tree, in key order, one per key.
/// A copy is cheap and independent: chunks are shared until one side changes them. Cursors and
/// savepoints rely on that.
/// Cost: find O(log n); set O(log n + chunk), amortised O(1) for rising keys.
class OpSet {
  public:
    /// A place in the set; valid until it changes.
    struct Position {
        std::size_t chunk = 0;
        std::size_t index = 0;
        friend bool operator==(Position, Position) = default;
    };

    [[nodiscard]] bool empty() const { return chunks_.empty(); }
    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] const Op* find(ByteSpan key) const;
    /// Inserts, or replaces the operation on the same key.
    void set(const Op& op);
    /// Forgets the operation on a key, if any.
    void remove(ByteSpan key);
    void clear();

    [[nodiscard]] Position begin() const { return {0, 0}; }
    [[nodiscard]] Position end() const { return {chunks_.size(), 0}; }
    /// The first operation whose key is not below `key`.
    [[nodiscard]] Position lower_bound(ByteSpan key) const;
    [[nodiscard]] Position next(Position at) const;
    [[nodiscard]] Position previous(Position at) const;
    [[nodiscard]] const Op& operator[](Position at) const { return (*chunks_[at.chunk])[at.index]; }

  private:
    static constexpr std::size_t kChunk = 128;
    using Chunk = std::vector<Op>;

    Chunk& own(std::size_t chunk);
    // The place of the key, or where it would be put.
    [[nodiscard]] std::pair<Position, bool> locate(ByteSpan key) const;

    std::vector<std::shared_ptr<Chunk>> chunks_;  // none is empty
    std::size_t size_ = 0;
};

}  // namespace vitrine::btree
