#pragma once

#include "btree/references.hpp"
#include "mvcc/mark_set.hpp"

namespace vitrine::btree {

/// Marks what can be reached in a snapshot: from the roots, and from whatever else was marked.
/// Memory: that of the marks (mark_set.hpp) and a bounded part of one object's references.
/// Threads: one at a time; others may mark meanwhile.
class Reach {
  public:
    /// `tick` is called after every bounded piece of work. It may throw: then an object may have
    /// been followed in part, and the marks are of no more use.
    Reach(mvcc::Snapshot snapshot, mvcc::MarkSet& marks, core::FunctionRef<void()> tick)
        : references_(std::move(snapshot)), marks_(marks), tick_(tick) {}

    /// Marks the catalog, from which everything starts.
    void start() { marks_.reach({&kRoots, 1}); }
    /// Follows one object that is marked and was not followed. False when there is none.
    /// Throws: as References: what a damaged object refers to is not known, so nothing is.
    bool step();

    /// Objects and trees that were followed; the catalog is none.
    [[nodiscard]] std::uint64_t objects() const { return objects_; }

  private:
    static constexpr ObjectId kRoots{1};

    References references_;
    mvcc::MarkSet& marks_;
    const core::FunctionRef<void()> tick_;
    std::uint64_t objects_ = 0;
};

}  // namespace vitrine::btree
