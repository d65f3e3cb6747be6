#include <vitrine/detail/merge_range.hpp>

#include "btree/key.hpp"

namespace vitrine::detail {

std::strong_ordering MergeCursor::compare() const {
    if (fixed_keys_) return a_->head() <=> b_->head();
    return btree::compare_keys(a_->key(), b_->key());
}

void MergeCursor::step() {
    // In a union both may stand at the key that was shown, which is then a's.
    const bool both = merge_ == Merge::unite && shown_ == a_.get() && b_->valid() && compare() == 0;
    if (both) b_->step();
    shown_->step();
    settle();
}

void MergeCursor::settle() {
    switch (merge_) {
        case Merge::unite: return seek_least();
        case Merge::intersect: return seek_common();
        case Merge::subtract: return seek_lone();
    }
}

void MergeCursor::seek_least() {
    if (a_->valid() && b_->valid()) {
        shown_ = compare() > 0 ? b_.get() : a_.get();
    } else {
        shown_ = a_->valid() ? a_.get() : b_->valid() ? b_.get() : nullptr;
    }
}

void MergeCursor::seek_common() {
    shown_ = nullptr;
    while (a_->valid() && b_->valid()) {
        const std::strong_ordering order = compare();
        if (order == 0) {
            shown_ = a_.get();
            return;
        }
        (order < 0 ? a_ : b_)->step();
    }
}

void MergeCursor::seek_lone() {
    while (a_->valid() && b_->valid()) {
        const std::strong_ordering order = compare();
        if (order < 0) break;
        if (order == 0) a_->step();
        b_->step();
    }
    shown_ = a_->valid() ? a_.get() : nullptr;
}

}  // namespace vitrine::detail
