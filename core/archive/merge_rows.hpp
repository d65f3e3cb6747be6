#pragma once

#include <memory>
#include <vector>

#include "core/archive/archive_reader.hpp"
#include "core/archive/restore.hpp"
#include "core/archive/state_scan.hpp"
#include "core/function_ref.hpp"

namespace vitrine::core::archive {

/// What a chain says about the rows of a span, object by object: the rows of all archives in the
/// order of (id, newest version first), each with where it ends.
///
/// A row ends where the next newer one of its object begins, or where an `end` says. When an
/// increment has no survivor of an id, all rows of the archives before it ended before the oldest
/// version of that increment, and so before the span, which is not older.
class MergeRows {
  public:
    /// Requires: `span` ends in the chain's last archive and begins no earlier than that one's.
    MergeRows(const Chain& chain, Span span);

    /// Hands out the rows of the next object. False when there are no more.
    /// Throws: CorruptionError.
    bool next_object(FunctionRef<void(const StateRow&)> sink);
    [[nodiscard]] ObjectId place() const { return place_; }

    /// After the last object: what follows an archive's survivors, and its first entry.
    [[nodiscard]] EntryStream& rest_of(std::size_t index) { return sources_[index]->rest; }
    const Entry* begin_of_rest(std::size_t index);

  private:
    struct Source {
        Source(const ArchiveFile& of, bool is_first)
            : archive(of),
              first(is_first),
              rows(of, EntryStream::Part::rows),
              rest(of, EntryStream::Part::rest),
              row(rows.next()),
              survivor(rest.next()) {}

        bool survives(ObjectId id);
        void advance();

        const ArchiveFile& archive;
        const bool first;
        EntryStream rows;
        EntryStream rest;
        const Entry* row;       // the next one; null at the end
        const Entry* survivor;  // the run or mask that is looked at, or what follows them
    };
    struct Object;
    void take_rows(Source& source, Object& object, FunctionRef<void(const StateRow&)> sink) const;

    const Span span_;
    std::vector<std::unique_ptr<Source>> sources_;  // the oldest first
    ObjectId place_{};
};

}  // namespace vitrine::core::archive
