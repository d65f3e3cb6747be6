#include "core/memory/memory_log.hpp"

#include <vitrine/error.hpp>

#include "core/log/log_block.hpp"

namespace vitrine::core::memory {

void FailureAt::set(std::size_t nth, Failure failure) {
    const std::lock_guard lock(mutex_);
    left_ = nth;
    failure_ = failure;
}

std::optional<Failure> FailureAt::next() {
    const std::lock_guard lock(mutex_);
    if (left_ == 0 || --left_ != 0) return std::nullopt;
    return failure_;
}

bool MemoryLog::has_room(std::size_t words) const {
    return end_ + log::padded_bytes(words) - start_ <= contents_->capacity;
}

void MemoryLog::append(std::vector<Word>& block) {
    std::function<void()> hook;
    {
        const std::lock_guard lock(hooks_->mutex);
        hook = hooks_->on_append;
    }
    if (hook) hook();
    if (failed_) throw StorageError(name() + ": an earlier write failed; no more is accepted");
    const std::optional<Failure> failure = hooks_->failure.next();
    if (failure && *failure != Failure::clean) failed_ = true;
    const std::uint64_t end = end_ + log::padded_bytes(block.size());
    if (!failure || *failure == Failure::in_doubt_stored) {
        auto content =
            std::make_shared<const std::vector<Word>>(block.begin() + kHeadWords, block.end());
        const std::lock_guard lock(contents_->mutex);
        contents_->blocks[end_] = {std::move(content), end};
    }
    if (failure) throw StorageError(name() + ": a test made this write fail");
    end_ = end;
}

void MemoryLog::release(std::uint64_t start) noexcept {
    start_ = start;
    const std::lock_guard lock(contents_->mutex);
    auto& blocks = contents_->blocks;
    blocks.erase(blocks.begin(), blocks.lower_bound(start));
}

void MemoryLog::replay(std::uint64_t start, FunctionRef<void(Words, std::uint64_t)> sink) {
    const LogContents::Blocks blocks = contents_->snapshot();
    auto block = blocks.find(start);
    for (; block != blocks.end(); block = blocks.find(start)) {
        start = block->second.end;
        sink(*block->second.content, start);
    }
    if (blocks.upper_bound(start) != blocks.end())
        throw CorruptionError(name() + ": the commit log is damaged");
}

}  // namespace vitrine::core::memory
