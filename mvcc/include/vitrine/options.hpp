#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <vitrine/retention.hpp>

namespace vitrine {

/// When a commit returns.
enum class Durability {
    full,      ///< when it is on disk: every commit that returned survives a crash
    deferred,  ///< when it is visible; a crash loses a suffix of the commits, never a middle one
};

/// What a transaction is checked against when it commits.
enum class Isolation {
    serializable,  ///< everything it read must read the same at its commit
    snapshot,      ///< only what it wrote is checked; write skew is possible
};

struct StoreOptions {
    /// Make the file when it does not exist. An empty file is a new store either way.
    bool create_if_missing = true;
    /// `begin()` and everything else that writes then throws UsageError.
    bool read_only = false;
    /// Look at the structure of the whole file before anything of it is used: where a damaged page
    /// would end the process otherwise (LMDB believes its file), opening is a CorruptionError that
    /// names the pages. Cost: all pages but those of large values are read once.
    bool check_structure = false;
    /// Unit: bytes. Budget for materialised versions. Kept, apart from what handles and open views
    /// hold and from commits that are not in the file yet: of these, half as much again at most.
    std::size_t cache_bytes = std::size_t{256} << 20;
    Durability durability = Durability::full;
    /// Deferred only: the longest that a commit waits to become durable.
    std::chrono::milliseconds flush_interval{5};
    /// How long superseded versions stay readable. Empty: as stored in the file (a new one: none).
    /// Otherwise it is stored at once; a shorter one drops history as commits go on, a longer one
    /// begins with the version that is the newest now. Ignored with read_only.
    std::optional<Retention> retention{};
    /// Unit: bytes. The most that the commit log beside the file (`<file>-log`) takes. Commits go there
    /// first, and into the file some seconds later, many at a time; opening after a crash does what
    /// was left. A store that is closed has no log. 0: none, each batch of commits goes straight into
    /// the file. Empty: as much as the file has, 16 to 256 MiB, from some commits on, when it pays.
    std::optional<std::size_t> log_bytes{};
};

struct TransactionOptions {
    Isolation isolation = Isolation::serializable;
    /// Kept with the commit, for whoever reads the log.
    std::string note{};
    /// `transact` only: how often it runs the function before the ConflictError passes through.
    int attempts = 32;
};

/// Called now and then by long operations; returns false to cancel them (CancelledError).
using Progress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

}  // namespace vitrine
