#include "core/archive/state_scan.hpp"

#include <algorithm>

#include "core/record.hpp"

namespace vitrine::core::archive {
namespace {

constexpr std::size_t kRowsAtOnce = 512;

}  // namespace

Span span_of(const History& history, Version newest) {
    if (history.retention == Retention::none()) return {newest, newest};
    return {std::min(history.oldest, newest), newest};
}

bool StateScan::next_page(FunctionRef<bool(const StateRow&)> sink) {
    // Rows of the next page may belong to the id after the last one's at the earliest.
    kept_.move_to(place());
    bool window_left = false;
    RowKey last{};
    const auto next = storage_.scan(after_, kRowsAtOnce, [&](RowKey key, Words row) {
        if (key.id >= kept_.end()) {
            window_left = true;
            return false;
        }
        last = key;
        const auto found = look_at(key, row);
        return !found || sink(*found);
    });
    if (window_left) {
        // The row at which it stopped is to be seen again, with the window that has it.
        if (last.id) after_ = last;
        kept_.move_to(kept_.end());
        return true;
    }
    after_ = next;
    return next.has_value();
}

std::optional<StateRow> StateScan::look_at(RowKey key, Words row) {
    if (key.version > span_.newest) return std::nullopt;
    StateRow result{key, kOpen, false, false, row};
    if (newer_ && newer_->id == key.id) result.until = newer_->version;
    newer_ = key;
    if (const auto end = kept_.until(key); end && *end < result.until) {
        result.until = *end;
        result.ends_alone = true;
    }
    const Record record = check_row(key.id, key.version, row);
    result.tombstone = record.tombstone();
    if (!span_.has(key.version, result.until, result.tombstone)) return std::nullopt;
    return result;
}

}  // namespace vitrine::core::archive
