#pragma once

#include <optional>
#include <set>
#include <string>

#include <vitrine/options.hpp>
#include <vitrine/verify_report.hpp>

#include "btree/nodes.hpp"
#include "core/schema/registry.hpp"

namespace vitrine::btree {

/// One run of verify(): the report as it grows, and what both parts need.
class VerifyRun {
  public:
    VerifyRun(const mvcc::Snapshot& snapshot, const Progress& progress)
        : snapshot_(snapshot), progress_(progress) {}

    VerifyReport take() { return std::move(report_); }

    void check_rows();
    void check_roots();

  private:
    // -- rows and objects (verify.cpp)
    void check_row(core::RowKey key, core::Words row);
    void check_object(ObjectId id, const std::optional<core::RowKey>& newest_row);
    void fault(ObjectId id, Version version, std::string what);
    void tick(std::uint64_t done);
    /// A reference from a place in an object; `expected` 0: anything.
    void check_reference(const ObjectVersion& from, ObjectId target, core::TypeId expected,
                         bool is_tree, const std::string& path);
    void check_references(const ObjectVersion& from, core::TypeId type, core::Words payload,
                          const std::string& prefix);

    // -- trees (verify_tree.cpp)
    struct Walk;
    void check_tree(const VersionHandle& header);
    void check_node(Walk& walk, ObjectId id, std::uint32_t height,
                    const std::optional<KeyBytes>& low, const std::optional<KeyBytes>& high);
    void check_leaf(Walk& walk, const VersionHandle& leaf);
    void check_value(Walk& walk, const ObjectVersion& leaf, ByteSpan value,
                     const std::string& path);

    const mvcc::Snapshot& snapshot_;
    const Progress& progress_;
    VerifyReport report_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> told_;  // damaged rows, each told once
    std::uint64_t met_ = 0;                                   // faults, those told before included
    std::uint64_t ticks_ = 0;
};

}  // namespace vitrine::btree
