#include "mvcc/id_bits.hpp"

#include <bit>

namespace vitrine::mvcc {
namespace {

constexpr std::uint64_t kInChunk = (std::uint64_t{1} << IdBits::kChunkBits) - 1;

}  // namespace

bool IdBits::set(core::ObjectId id) {
    if (id.value >= limit_) return false;
    const std::uint64_t chunk_number = id.value >> kChunkBits;
    auto& page = pages_[chunk_number >> kPageBits];
    if (!page) {
        page = std::make_unique<Page>();
        ++pages_used_;
    }
    auto& chunk = (*page)[chunk_number & ((std::uint64_t{1} << kPageBits) - 1)];
    if (!chunk) {
        chunk = std::make_unique<Chunk>();
        ++chunks_;
    }
    std::uint64_t& word = chunk->words[(id.value & kInChunk) / 64];
    const std::uint64_t bit = std::uint64_t{1} << (id.value % 64);
    if ((word & bit) != 0) return false;
    word |= bit;
    ++chunk->count;
    ++count_;
    return true;
}

bool IdBits::has(core::ObjectId id) const {
    if (id.value >= limit_) return false;
    const Chunk* chunk = find(id.value >> kChunkBits);
    return chunk != nullptr && (chunk->words[(id.value & kInChunk) / 64] >> (id.value % 64) & 1U);
}

void IdBits::reset(core::ObjectId id) {
    if (!has(id)) return;
    Chunk& chunk = *find(id.value >> kChunkBits);
    chunk.words[(id.value & kInChunk) / 64] &= ~(std::uint64_t{1} << (id.value % 64));
    --chunk.count;
    --count_;
}

std::optional<core::ObjectId> IdBits::next(core::ObjectId from) const {
    std::uint64_t at = from.value;
    while (at < limit_) {
        const std::uint64_t number = at >> kChunkBits;
        if (!pages_[number >> kPageBits]) {
            at = ((number >> kPageBits) + 1) << (kChunkBits + kPageBits);
            continue;
        }
        const Chunk* chunk = find(number);
        if (chunk != nullptr && chunk->count != 0) {
            std::size_t index = (at & kInChunk) / 64;
            std::uint64_t word = chunk->words[index] >> (at % 64) << (at % 64);
            while (word == 0 && ++index < kWords) word = chunk->words[index];
            if (word != 0)
                return core::ObjectId{(number << kChunkBits) + index * 64 +
                                      static_cast<std::uint64_t>(std::countr_zero(word))};
        }
        at = (number + 1) << kChunkBits;
    }
    return std::nullopt;
}

std::size_t IdBits::bytes() const {
    return pages_.capacity() * sizeof(pages_[0]) + pages_used_ * sizeof(Page) +
           chunks_ * sizeof(Chunk);
}

}  // namespace vitrine::mvcc
