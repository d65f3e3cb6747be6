#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/lmdb/pages/census.hpp"
#include "core/storage.hpp"

namespace vitrine::core::lmdb {

/// A row whose bytes are intact, and where they lie in the file.
struct FoundRow {
    RowKey key;
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
    bool certain = true;  ///< false: the page may have been free, and the row erased
};

/// What is known of rows that are not intact.
struct RowDamage {
    std::optional<RowKey> row{};              ///< the row, when its key could be read
    std::optional<RowKey> after{}, before{};  ///< else where it was: keys of neighbours
    std::uint64_t page = 0;
    std::string what{};
    bool dropped = false;  ///< by the search itself: it turned out to be nothing
};

/// Finds rows on leaves of the table of objects, whatever state the leaves are in. A row proves
/// itself: its checksum covers its key. So a damaged page is searched at every place where a node
/// may begin, with every size that a value may have; a key with one damaged byte is put right; and a
/// value whose page number was damaged is looked for on the pages that no value claims.
/// Cost: one checksum for each row; some milliseconds for a damaged page.
class RowSearch {
  public:
    explicit RowSearch(const PageFile& file) : file_(file) {}

    /// `sound`: nothing is wrong with the page. `certain` goes to the rows found.
    void take_leaf(const Page& page, bool sound, const KeyBounds& bounds, bool certain = true);
    /// A page of which it is not known what it was. What is not a row on it is not told.
    void take_stray(const Page& page, bool certain);
    void add(const FoundRow& row) { rows_.push_back(row); }
    /// A page that may be the first of a value's own.
    void take_overflow(const Page& page);
    /// Brings values together with keys that lost them. Requires: all pages were taken.
    void match_overflows();

    /// In the order of keys, each once. To be called last.
    std::vector<FoundRow> take_rows();
    std::vector<RowDamage> take_damaged();

  private:
    struct Slot;
    struct Orphan {
        RowKey key;
        std::uint64_t size;
        std::uint64_t overflow;
        std::size_t damage;  // its place in damaged_
        bool certain;
    };
    Slot look_at(const Page& page, const Node& node);
    bool try_in_place(const Page& page, std::size_t value_at, std::size_t size, RowKey key);
    bool try_at(std::uint64_t offset, std::uint64_t size, RowKey key);
    std::optional<RowKey> repaired(const Page& page, const Node& node);
    bool complete(const Page& page, std::size_t places, std::vector<Slot>& slots);
    void search(const Page& page, std::size_t from, std::size_t to, std::vector<Slot>& slots);
    std::optional<Slot> search_at(const Page& page, std::size_t at, std::size_t to);
    void tell(const Page& page, const KeyBounds& bounds, std::vector<Slot>& slots,
              std::size_t live_from, bool certain);
    static void narrow(const Page& page, std::size_t at, const std::vector<Slot>& slots,
                       RowDamage& damage);
    void take(const Slot& slot, bool certain);
    bool match(const Orphan& orphan, std::uint64_t page_number, std::uint64_t pages);

    const PageFile& file_;
    std::vector<FoundRow> rows_;
    std::vector<RowDamage> damaged_;
    std::vector<Orphan> orphans_;
    std::vector<std::uint64_t> overflows_;
    std::vector<std::uint64_t> moved_;  // leaves that were found on another page
    std::vector<Word> words_;           // of the row at hand, aligned
};

}  // namespace vitrine::core::lmdb
