#pragma once

#include <optional>

#include "core/archive/kept_window.hpp"
#include "core/function_ref.hpp"
#include "core/storage.hpp"

namespace vitrine::core::archive {

/// Versions [oldest, newest]: what a copy is to show.
struct Span {
    Version oldest;
    Version newest;

    /// Whether a row [born, until) belongs to it. A tombstone has a meaning only while it tells where
    /// an older version in the span ends, or is itself a part of the history.
    [[nodiscard]] bool has(Version born, Version until, bool tombstone) const {
        return born <= newest && until > oldest && (!tombstone || born >= oldest);
    }
};

/// What [oldest, newest] of a storage consists of: with no history the newest version alone.
Span span_of(const History& history, Version newest);

/// A row that some version of the span shows.
struct StateRow {
    RowKey key;
    Version until;  ///< kOpen: the newest version shows it
    /// Its end is not the beginning of the next newer row: the object was dropped, or what followed
    /// fell out of the span.
    bool ends_alone = false;
    bool tombstone = false;
    Words value;  ///< borrowed for the call
};

/// Goes through the rows of a span, in the order of (id, newest version first), page by page.
///
/// Commits may go on meanwhile, if the rows of `span.newest` stay in the storage (a pin) and whatever
/// ends by then is kept or erased by the time its end is looked up (see KeptWindow). The retention
/// may move on too: then rows of the span's oldest versions may be missing; all those that the
/// history reaches at the end of the scan were there all the time.
///
/// Throws: CorruptionError for a row that does not pass its check; StorageError.
class StateScan {
  public:
    StateScan(Storage& storage, Span span, std::size_t window = KeptWindow::kEntries)
        : storage_(storage), span_(span), kept_(storage, span.newest, window) {}

    /// False when all was seen. The page ends when `sink` returns false; it is called inside of a
    /// read of the storage, which pins pages.
    bool next_page(FunctionRef<bool(const StateRow&)> sink);
    /// How far it has come: ids below were seen.
    [[nodiscard]] ObjectId place() const { return after_ ? after_->id : ObjectId{}; }

  private:
    std::optional<StateRow> look_at(RowKey key, Words row);

    Storage& storage_;
    const Span span_;
    KeptWindow kept_;
    std::optional<RowKey> after_;
    std::optional<RowKey> newer_;  // the last row seen that is not newer than the span
};

}  // namespace vitrine::core::archive
