#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/function_ref.hpp"
#include "core/lmdb/pages/layout.hpp"

namespace vitrine::core::lmdb {

/// What faults call the table of free pages.
inline constexpr const char* kFreeList = "free pages";

/// Where keys of a page belong: from `low` on, below `high`; nothing: no bound.
struct KeyBounds {
    std::optional<Bytes> low{};
    std::optional<Bytes> high{};
};

/// What a walk met where a leaf is, or may be.
struct Visit {
    const Page& page;
    bool sound;  ///< the whole page, its place in the tree included
    bool leaf_expected;
    KeyBounds bounds;

    /// Perhaps it is another page, that was written to the wrong place.
    [[nodiscard]] bool foreign() const { return !sound && page.stored_number() != page.number; }
};
using OnVisit = FunctionRef<void(const Visit&)>;

/// Walks tables page by page, and keeps book of whose each page is. It trusts nothing: what is wrong
/// becomes a fault, and the walk goes on wherever there is something left to go by. A page that more
/// than one page leads to is walked once; depth is bounded.
/// Cost: two bytes of memory per page of the file; each reached page is read once.
class Census {
  public:
    /// `last_page`: the last one that the file should have.
    Census(const PageFile& file, std::uint64_t last_page, std::vector<PageFault>& faults);
    /// How many pages there are to think of: as the file has, or should have.
    [[nodiscard]] std::uint64_t pages() const { return owners_.size(); }
    /// A page behind the last one is in use: that number is wrong.
    [[nodiscard]] bool last_page_exceeded() const { return exceeded_; }

    /// To be called first. Afterwards pages on the list belong to nobody else.
    void take_free_list(const TableHead& head);
    /// Not all of the list could be read: what it does not name may be free too.
    [[nodiscard]] bool free_list_damaged() const { return free_list_damaged_; }

    /// Visits the leaves of a table, in order, and every damaged page in their or a branch's place.
    void walk(const TableHead& head, OnVisit visit);

    [[nodiscard]] bool on_free_list(std::uint64_t page) const {
        return page < free_.size() && free_[page];
    }
    /// No table has it, nor has the free list.
    [[nodiscard]] bool unclaimed(std::uint64_t page) const {
        return page >= owners_.size() || (owners_[page] == 0 && !free_[page]);
    }
    /// Pages that a value or the free list claims though they do not look like it.
    [[nodiscard]] const std::vector<std::uint64_t>& odd_pages() const { return odd_pages_; }

    /// Faults of pages that nobody has, and of a file that was cut short.
    /// Requires: everything was walked.
    void check_unclaimed();

  private:
    struct Walk;
    struct Look;
    void descend(Walk& walk, std::uint64_t number, unsigned level, KeyBounds bounds,
                 std::uint64_t parent);
    Look look_at(const Walk& walk, const Page& page, unsigned level, KeyBounds bounds) const;
    void look_at_nodes(const Walk& walk, const Page& page, KeyBounds bounds, Look& look) const;
    void descend_all(Walk& walk, const Page& page, unsigned level, KeyBounds bounds, bool sound);
    void claim_overflows(Walk& walk, const Page& page);
    void claim_overflow(Walk& walk, const Page& page, const Node& node);
    void claim(Walk& walk, std::uint64_t number);
    void check_counts(const Walk& walk);
    void fault(const std::string& table, std::uint64_t page, std::string what);
    void take_free_pages(const Page& page, const Node& node, std::uint64_t& last_transaction);

    const PageFile& file_;
    std::vector<PageFault>& faults_;
    std::vector<std::string> tables_;  // by owner number, from 1 on
    std::uint64_t last_page_;
    std::vector<std::uint8_t> owners_;  // 0: nobody
    std::vector<bool> free_;
    std::vector<std::uint64_t> odd_pages_;
    bool free_list_damaged_ = false;
    bool exceeded_ = false;
};

/// The value of a leaf's node, wherever it lies; false when the file does not have it.
bool read_value(const PageFile& file, const Node& node, std::vector<std::byte>& into);

}  // namespace vitrine::core::lmdb
