#include <algorithm>
#include <tuple>
#include <utility>

#include "core/lmdb/pages/row_proof.hpp"
#include "core/lmdb/pages/row_search.hpp"

// Values with pages of their own, and what all was found.

namespace vitrine::core::lmdb {

bool RowSearch::try_at(std::uint64_t offset, std::uint64_t size, RowKey key) {
    if (size % sizeof(Word) != 0 || size < kMinRowBytes || size > kMaxRowBytes) return false;
    if (offset > file_.bytes() || size > file_.bytes() - offset) return false;
    words_.resize(size / sizeof(Word));
    return file_.read(offset, std::as_writable_bytes(std::span(words_))) && intact(key, words_);
}

void RowSearch::take_overflow(const Page& page) {
    if (page.flags() == kOverflowPage) overflows_.push_back(page.number);
}

/// True when the page is the first of the orphan's value; the row is taken, then.
bool RowSearch::match(const Orphan& orphan, std::uint64_t page_number, std::uint64_t pages) {
    Page page;
    if (!file_.read(page_number, page)) return false;
    const std::uint64_t offset = page_number * kPageBytes + kPageHeaderBytes;
    const auto found = [&](std::uint64_t size) {
        if (!try_at(offset, size, orphan.key)) return false;
        rows_.push_back({orphan.key, offset, static_cast<std::uint32_t>(size), orphan.certain});
        return true;
    };
    if (orphan.size != 0 && found(orphan.size)) return true;
    if (page.flags() != kOverflowPage) return false;
    constexpr std::uint64_t kMaxPages = 256;  // beyond, there are too many bytes to try all sizes
    if (pages == 0) pages = page.overflow_pages();
    if (pages == 0 || pages > kMaxPages) return false;
    const std::uint64_t most = pages * kPageBytes - kPageHeaderBytes;
    for (std::uint64_t size = most; size + kPageBytes > most && size >= kMinRowBytes;
         size -= sizeof(Word))
        if (found(size)) return true;
    return false;
}

void RowSearch::match_overflows() {
    constexpr std::size_t kMaxPairs =
        100'000;  // in ruins, every key could be tried with every page
    std::size_t pairs = 0;
    for (const Orphan& orphan : orphans_) {
        bool matched = match(orphan, orphan.overflow, overflow_pages_for(orphan.size));
        std::uint64_t page = orphan.overflow;
        for (std::size_t i = 0; !matched && i < overflows_.size() && pairs < kMaxPairs; ++i) {
            ++pairs;
            page = overflows_[i];
            matched = match(orphan, page, 0);
        }
        if (matched)
            damaged_[orphan.damage].what =
                "its value is not where its key says, but on page " + std::to_string(page);
    }
}

std::vector<FoundRow> RowSearch::take_rows() {
    // Certain rows first among equals, and before all that may be older.
    std::sort(rows_.begin(), rows_.end(), [](const FoundRow& a, const FoundRow& b) {
        if (a.key != b.key) return a.key < b.key;
        return a.certain > b.certain;
    });
    const auto same = [](const FoundRow& a, const FoundRow& b) { return a.key == b.key; };
    rows_.erase(std::unique(rows_.begin(), rows_.end(), same), rows_.end());
    return std::move(rows_);
}

std::vector<RowDamage> RowSearch::take_damaged() {
    std::erase_if(damaged_, [&](const RowDamage& damage) {
        // What should be on that page was found on another one.
        const bool moved = std::find(moved_.begin(), moved_.end(), damage.page) != moved_.end();
        return damage.dropped || (moved && !damage.row);
    });
    const auto order = [](const RowDamage& damage) {
        return std::tuple(damage.row, damage.page, damage.after, damage.before);
    };
    std::sort(damaged_.begin(), damaged_.end(),
              [&](const RowDamage& a, const RowDamage& b) { return order(a) < order(b); });
    const auto same = [&](const RowDamage& a, const RowDamage& b) { return order(a) == order(b); };
    damaged_.erase(std::unique(damaged_.begin(), damaged_.end(), same), damaged_.end());
    return std::move(damaged_);
}

}  // namespace vitrine::core::lmdb
