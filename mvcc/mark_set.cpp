#include "mvcc/mark_set.hpp"

#include <algorithm>

namespace vitrine::mvcc {

void MarkSet::note_peak() {
    peak_ =
        std::max(peak_, marked_.bytes() + pending_.bytes() + stack_.capacity() * sizeof(ObjectId));
}

void MarkSet::mark_and_pend(ObjectId id) {
    if (marked_.set(id)) pending_.set(id);
}

void MarkSet::reach(std::span<const ObjectId> ids) {
    const std::lock_guard lock(mutex_);
    for (const ObjectId id : ids) {
        if (!marked_.set(id)) continue;
        if (stack_.size() < stack_bound_) {
            stack_.push_back(id);
        } else {
            pending_.set(id);
        }
    }
    note_peak();
}

bool MarkSet::spare(ObjectId id) {
    const std::lock_guard lock(mutex_);
    if (id.value >= marked_.limit()) return true;
    if (closed_) return marked_.has(id);
    mark_and_pend(id);
    note_peak();
    return true;
}

void MarkSet::add(ObjectId id) {
    const std::lock_guard lock(mutex_);
    if (closed_)
        marked_.set(id);
    else
        mark_and_pend(id);
    note_peak();
}

std::optional<ObjectId> MarkSet::take() {
    const std::lock_guard lock(mutex_);
    if (stack_.empty() && pending_.count() != 0) {
        // As many as fit at once: the search for them begins where the last one ended.
        while (stack_.size() < stack_bound_) {
            const auto found = pending_.next(hand_);
            if (!found) {
                if (hand_.value == 0) break;
                hand_ = {};
                if (!stack_.empty()) break;
                continue;
            }
            pending_.reset(*found);
            hand_ = ObjectId{found->value + 1};
            stack_.push_back(*found);
        }
    }
    if (stack_.empty()) return std::nullopt;
    const ObjectId id = stack_.back();
    stack_.pop_back();
    return id;
}

bool MarkSet::idle() const {
    const std::lock_guard lock(mutex_);
    return stack_.empty() && pending_.count() == 0;
}

bool MarkSet::marked(ObjectId id) const {
    const std::lock_guard lock(mutex_);
    return marked_.has(id);
}

std::uint64_t MarkSet::count() const {
    const std::lock_guard lock(mutex_);
    return marked_.count();
}

bool MarkSet::close(Version after) {
    const std::lock_guard lock(mutex_);
    if (!stack_.empty() || pending_.count() != 0) return false;
    closed_ = after;
    return true;
}

std::optional<Version> MarkSet::condemned(ObjectId id) const {
    const std::lock_guard lock(mutex_);
    if (!closed_ || id.value >= marked_.limit() || marked_.has(id)) return std::nullopt;
    return closed_;
}

std::size_t MarkSet::bytes() const {
    const std::lock_guard lock(mutex_);
    return marked_.bytes() + pending_.bytes() + stack_.capacity() * sizeof(ObjectId);
}

std::size_t MarkSet::peak_bytes() const {
    const std::lock_guard lock(mutex_);
    return peak_;
}

}  // namespace vitrine::mvcc
