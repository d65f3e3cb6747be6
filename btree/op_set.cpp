#include "btree/op_set.hpp"

#include <algorithm>

namespace vitrine::btree {
namespace {

bool below(const Op& op, std::uint64_t head, ByteSpan key) {
    if (op.head != head) return op.head < head;
    return compare_keys(op.key(), key) < 0;
}

}  // namespace

ByteSpan OpArena::copy(ByteSpan bytes) {
    if (bytes.empty()) return {};
    auto* memory = static_cast<std::byte*>(memory_.allocate(bytes.size(), 8));
    std::memcpy(memory, bytes.data(), bytes.size());
    return {memory, bytes.size()};
}

std::pair<OpSet::Position, bool> OpSet::locate(ByteSpan key) const {
    const std::uint64_t head = head_of(key);
    // The last chunk that begins at or below the key; rising keys find it at once.
    std::size_t chunk = chunks_.size() - 1;
    const auto begins_above = [&](const std::shared_ptr<Chunk>& c) {
        const Op& first = c->front();
        return first.head != head ? first.head > head : compare_keys(first.key(), key) > 0;
    };
    if (begins_above(chunks_[chunk])) {
        const auto after = std::partition_point(chunks_.begin(), chunks_.end(),
                                                [&](const auto& c) { return !begins_above(c); });
        chunk =
            after == chunks_.begin() ? 0 : static_cast<std::size_t>(after - chunks_.begin()) - 1;
    }
    const Chunk& ops = *chunks_[chunk];
    if (below(ops.back(), head, key)) return {{chunk, ops.size()}, false};
    const auto at = std::partition_point(ops.begin(), ops.end(),
                                         [&](const Op& op) { return below(op, head, key); });
    return {{chunk, static_cast<std::size_t>(at - ops.begin())},
            at->head == head && compare_keys(at->key(), key) == 0};
}

const Op* OpSet::find(ByteSpan key) const {
    if (empty()) return nullptr;
    const auto [at, found] = locate(key);
    return found ? &(*this)[at] : nullptr;
}

OpSet::Chunk& OpSet::own(std::size_t chunk) {
    std::shared_ptr<Chunk>& held = chunks_[chunk];
    if (held.use_count() > 1) {
        auto mine = std::make_shared<Chunk>();
        mine->reserve(kChunk);
        mine->assign(held->begin(), held->end());
        held = std::move(mine);
    }
    return *held;
}

void OpSet::set(const Op& op) {
    if (empty()) {
        chunks_.push_back(std::make_shared<Chunk>());
        chunks_.back()->reserve(kChunk);
        chunks_.back()->push_back(op);
        ++size_;
        return;
    }
    const auto [at, found] = locate(op.key());
    Chunk& chunk = own(at.chunk);
    if (found) {
        chunk[at.index] = op;
        return;
    }
    if (chunk.size() < kChunk) {
        chunk.insert(chunk.begin() + static_cast<std::ptrdiff_t>(at.index), op);
        ++size_;
        return;
    }
    auto upper = std::make_shared<Chunk>();
    upper->reserve(kChunk);
    const bool append = at.chunk + 1 == chunks_.size() && at.index == chunk.size();
    if (append) {  // rising keys fill their chunks
        upper->push_back(op);
    } else {
        const auto middle = chunk.begin() + kChunk / 2;
        upper->assign(middle, chunk.end());
        chunk.erase(middle, chunk.end());
        Chunk& target = at.index <= kChunk / 2 ? chunk : *upper;
        const std::size_t index = at.index <= kChunk / 2 ? at.index : at.index - kChunk / 2;
        target.insert(target.begin() + static_cast<std::ptrdiff_t>(index), op);
    }
    chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(at.chunk) + 1, std::move(upper));
    ++size_;
}

void OpSet::remove(ByteSpan key) {
    if (empty()) return;
    const auto [at, found] = locate(key);
    if (!found) return;
    Chunk& chunk = own(at.chunk);
    chunk.erase(chunk.begin() + static_cast<std::ptrdiff_t>(at.index));
    if (chunk.empty()) chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at.chunk));
    --size_;
}

void OpSet::clear() {
    chunks_.clear();
    size_ = 0;
}

OpSet::Position OpSet::lower_bound(ByteSpan key) const {
    if (empty()) return end();
    Position at = locate(key).first;
    if (at.index == chunks_[at.chunk]->size()) at = {at.chunk + 1, 0};
    return at;
}

OpSet::Position OpSet::next(Position at) const {
    if (++at.index == chunks_[at.chunk]->size()) at = {at.chunk + 1, 0};
    return at;
}

OpSet::Position OpSet::previous(Position at) const {
    if (at.index != 0) return {at.chunk, at.index - 1};
    return {at.chunk - 1, chunks_[at.chunk - 1]->size() - 1};
}

}  // namespace vitrine::btree
