#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <vitrine/any_ref.hpp>
#include <vitrine/version.hpp>

namespace vitrine {

/// Broken data that verify() found.
struct Fault {
    AnyRef object{};     ///< null when the damage is not in an object
    Version version{};   ///< of the damaged row; 0 when it is not known
    std::string what{};  ///< a sentence: which rule is broken
    /// How to come to it from a root: `accounts["alice"].parent`; for a part of a tree, to the tree.
    /// Empty when nothing leads there.
    std::string path{};
};

/// A stored reference to an object that is not there: erased, or never made. It is the program's
/// matter and no damage.
struct DanglingReference {
    AnyRef object{};    ///< the object or tree in which it is stored
    Version version{};  ///< of the row in which it is stored
    /// Where it is, from a root: `accounts["alice"].parent`; when no root leads to the object, where
    /// in it: "parent", "legs[3].next", "[\"key\"].owner".
    std::string path{};
    AnyRef target{};  ///< what it refers to
};

/// What verify() saw. A value.
struct VerifyReport {
    std::vector<Fault> faults{};
    std::vector<DanglingReference> dangling_references{};
    /// Objects and trees to which no root leads, the first kUnreachableListed of them. They are no
    /// damage either: a collection of garbage erases them. Not looked for when there are faults.
    std::vector<AnyRef> unreachable{};
    static constexpr std::size_t kUnreachableListed = 1000;

    std::uint64_t unreachable_objects = 0;  ///< how many there are
    std::uint64_t objects = 0;   ///< structs that the newest commit shows; nodes of trees are apart
    std::uint64_t trees = 0;     ///< trees that it shows
    std::uint64_t entries = 0;   ///< keys in them, and names of roots
    std::uint64_t nodes = 0;     ///< buckets and inner nodes of them
    std::uint64_t roots = 0;     ///< names
    std::uint64_t versions = 0;  ///< rows, superseded ones and tombstones included
    std::uint64_t bytes = 0;     ///< of these rows
    std::uint64_t kept = 0;      ///< superseded rows that are kept for a snapshot or the retention
    std::uint64_t commits = 0;   ///< in the log

    /// No broken data. Dangling references and unreachable objects leave it true.
    [[nodiscard]] bool ok() const { return faults.empty(); }
};

}  // namespace vitrine
