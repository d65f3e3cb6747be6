#include "core/archive/survivors.hpp"

namespace vitrine::core::archive {
namespace {

constexpr std::uint64_t kBits = 64;

}  // namespace

void Survivors::add(ObjectId id) {
    if (id.value == last_) return;
    last_ = id.value;
    ++count_;
    if (first_ != 0) {
        const std::uint64_t distance = id.value - first_;
        if (length_ != 0 && distance == length_) {
            ++length_;
            return;
        }
        if (length_ == 0 && distance < kBits) {
            mask_ |= std::uint64_t{1} << distance;
            if (mask_ == ~std::uint64_t{0}) length_ = kBits;
            return;
        }
        close();
    }
    first_ = id.value;
    length_ = 0;
    mask_ = 1;
}

void Survivors::close() {
    if (first_ == 0) return;
    if (length_ != 0) {
        entries_.insert(entries_.end(), {entry_head(EntryKind::run, first_), length_});
    } else {
        entries_.insert(entries_.end(), {entry_head(EntryKind::mask, first_), mask_});
    }
    first_ = 0;
}

const std::vector<Word>& Survivors::finish() {
    close();
    return entries_;
}

}  // namespace vitrine::core::archive
