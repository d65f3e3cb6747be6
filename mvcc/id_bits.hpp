#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/ids.hpp"

namespace vitrine::mvcc {

/// A set of object ids below a limit: a bit each, in chunks that are there once they have a bit.
/// Threads: one at a time.
class IdBits {
  public:
    explicit IdBits(std::uint64_t limit)
        : limit_(limit), pages_((limit >> (kChunkBits + kPageBits)) + 1) {}

    /// True when it was not in the set before. Ids at the limit and beyond are in no set.
    bool set(core::ObjectId id);
    [[nodiscard]] bool has(core::ObjectId id) const;
    void reset(core::ObjectId id);
    /// The first one at or after `from`, if any. Cost: O(chunks between).
    [[nodiscard]] std::optional<core::ObjectId> next(core::ObjectId from) const;

    [[nodiscard]] std::uint64_t limit() const { return limit_; }
    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// What it takes in memory.
    [[nodiscard]] std::size_t bytes() const;

    /// Ids to a chunk: 4 KiB.
    static constexpr unsigned kChunkBits = 15;

  private:
    static constexpr unsigned kPageBits = 10;  // chunks to a page of pointers: 8 KiB
    static constexpr std::size_t kWords = (std::size_t{1} << kChunkBits) / 64;
    struct Chunk {
        std::array<std::uint64_t, kWords> words{};
        std::uint32_t count = 0;
    };
    using Page = std::array<std::unique_ptr<Chunk>, std::size_t{1} << kPageBits>;

    [[nodiscard]] Chunk* find(std::uint64_t chunk) const {
        const auto& page = pages_[chunk >> kPageBits];
        return page ? (*page)[chunk & ((std::uint64_t{1} << kPageBits) - 1)].get() : nullptr;
    }

    const std::uint64_t limit_;
    std::vector<std::unique_ptr<Page>> pages_;
    std::uint64_t count_ = 0;
    std::size_t chunks_ = 0;
    std::size_t pages_used_ = 0;
};

}  // namespace vitrine::mvcc
