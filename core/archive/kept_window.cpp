#include "core/archive/kept_window.hpp"

#include <algorithm>

namespace vitrine::core::archive {
namespace {

constexpr ObjectId kBeyondAll{std::numeric_limits<std::uint64_t>::max()};

}  // namespace

void KeptWindow::move_to(ObjectId id) {
    if (id < end_) return;
    window_.clear();
    end_ = kBeyondAll;
    storage_.scan_kept([&](const KeptRow& kept) {
        // A tombstone's entry is open: it says that the row can go one day, not where it ends.
        if (kept.until > newest_ || kept.row.id < id || kept.row.id >= end_) return true;
        window_.push_back({kept.row, kept.until});
        if (window_.size() >= 2 * entries_) cut(window_);
        return true;
    });
    if (window_.size() > entries_) cut(window_);
    std::sort(window_.begin(), window_.end(),
              [](const Entry& a, const Entry& b) { return a.row < b.row; });
}

// Keeps the lower half of the ids, but whole objects, and at least one.
void KeptWindow::cut(std::vector<Entry>& entries) {
    const auto by_id = [](const Entry& a, const Entry& b) { return a.row.id < b.row.id; };
    const auto middle = entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2);
    std::nth_element(entries.begin(), middle, entries.end(), by_id);
    ObjectId bound = middle->row.id;
    const ObjectId lowest = std::min_element(entries.begin(), entries.end(), by_id)->row.id;
    if (bound == lowest) bound = ObjectId{bound.value + 1};
    std::erase_if(entries, [&](const Entry& entry) { return entry.row.id >= bound; });
    end_ = bound;
}

std::optional<Version> KeptWindow::until(RowKey row) const {
    const auto found = std::lower_bound(
        window_.begin(), window_.end(), row,
        [](const Entry& entry, const RowKey& wanted) { return entry.row < wanted; });
    if (found == window_.end() || found->row != row) return std::nullopt;
    return found->until;
}

}  // namespace vitrine::core::archive
