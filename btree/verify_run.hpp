#pragma once

#include <optional>
#include <set>
#include <string>

#include <vitrine/options.hpp>
#include <vitrine/verify_report.hpp>

#include "btree/nodes.hpp"
#include "core/schema/registry.hpp"
#include "mvcc/mark_set.hpp"

namespace vitrine::btree {

/// One run of verify(): the report as it grows, and what all parts need.
class VerifyRun {
  public:
    VerifyRun(const mvcc::Snapshot& snapshot, const Progress& progress);

    /// Throws: CancelledError, and what keeps it from going on (StorageError, CorruptionError).
    void run();
    void fault(ObjectId id, Version version, std::string what);
    /// With the paths of what was found. Throws: CancelledError.
    VerifyReport take();

  private:
    // -- rows and objects (verify_rows.cpp)
    void check_rows();
    void check_row(core::RowKey key, core::Words row, bool superseded);
    void check_record(core::RowKey key, core::TypeId type, core::Words payload);
    void check_object(ObjectId id, const std::optional<core::RowKey>& newest_row);
    void check_roots();
    /// A reference from a place in an object or tree; `expected` 0: anything.
    void check_reference(ObjectId from, const ObjectVersion& row, ObjectId target,
                         core::TypeId expected, bool is_tree, const std::string& path);
    void check_references(ObjectId from, const ObjectVersion& row, core::TypeId type,
                          core::Words payload, const std::string& prefix);

    // -- trees (verify_tree.cpp)
    struct Walk;
    void check_tree(const VersionHandle& header);
    void check_node(Walk& walk, ObjectId id, std::uint32_t height,
                    const std::optional<KeyBytes>& low, const std::optional<KeyBytes>& high);
    void check_leaf(Walk& walk, const VersionHandle& leaf);
    void check_value(Walk& walk, const ObjectVersion& leaf, ByteSpan value,
                     const std::string& path);

    // -- what is kept, what is lost (verify_past.cpp)
    void check_kept();
    void check_kept_row(const core::KeptRow& kept);
    void check_log();
    void check_parts();
    void find_unreachable();
    void find_paths();

    void tick(std::uint64_t done);

    const mvcc::Snapshot& snapshot_;
    mvcc::Store& store_;
    const Progress& progress_;
    VerifyReport report_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> told_;  // damaged rows, each told once
    std::vector<ObjectId> fault_holders_;  // per fault: itself, or the tree that it is a part of
    ObjectId holder_{};                    // the tree being walked
    std::uint64_t met_ = 0;                // faults, those told before included
    std::uint64_t ticks_ = 0;
    std::uint64_t done_ = 0;
    const std::uint64_t limit_;  // ids from here on are later than this run
    // What the snapshot shows: a bit for each, 3 in all.
    mvcc::IdBits objects_;     // objects and trees
    mvcc::IdBits parts_;       // nodes and large values,
    mvcc::IdBits parts_seen_;  // and those that a tree leads to
};

}  // namespace vitrine::btree
