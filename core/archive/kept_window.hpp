#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "core/storage.hpp"

namespace vitrine::core::archive {

/// Where superseded rows end, for whoever goes through the rows in the order of ids: the kept table
/// has another order, so it is read window by window, each as many ids as fit into memory.
///
/// An object that was dropped has no newer row that would tell; and what was kept for others than
/// the copy leaves gaps between rows.
class KeptWindow {
  public:
    static constexpr std::size_t kEntries = std::size_t{4} << 20;  // of 24 bytes, twice while read

    /// Knows the ends up to `newest`: what ends later is open for a copy of that version.
    KeptWindow(Storage& storage, Version newest, std::size_t entries = kEntries)
        : storage_(storage), newest_(newest), entries_(entries) {}

    /// To be called before rows of ids from `id` on are read: whatever ended by `newest` was kept
    /// when the window was read if its row is still found later.
    /// Cost: when `id` is beyond the window, one pass over the kept table.
    void move_to(ObjectId id);
    /// Ids below this are in the window.
    [[nodiscard]] ObjectId end() const { return end_; }
    /// Requires: move_to() of an id not above the row's, and the id lies below end().
    [[nodiscard]] std::optional<Version> until(RowKey row) const;

  private:
    struct Entry {
        RowKey row;
        Version until;
    };
    void cut(std::vector<Entry>& entries);

    Storage& storage_;
    const Version newest_;
    const std::size_t entries_;
    std::vector<Entry> window_;
    ObjectId end_{};
};

}  // namespace vitrine::core::archive
