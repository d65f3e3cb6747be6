#pragma once

#include <chrono>
#include <list>
#include <unordered_map>
#include <vector>

#include "mvcc/persist.hpp"
#include "mvcc/storage_writer.hpp"

namespace vitrine::mvcc {

/// A commit that is durable in the log, with its changes, on its way into a backlog.
struct Logged {
    std::shared_ptr<Commit> commit;
    Changes changes{};
    std::uint64_t place = 0;  ///< in the log, behind it
};

/// What the storage does not have yet of commits that the log has: for each object its newest version,
/// and of the others those that somebody sees.
///
/// Invariants:
///  B1. Of each object it has the changes in the order of their commits; the first one's predecessor is
///      what the storage has, or is in the backlog before this one.
///  B2. A version that it leaves out was never stored, and nobody will see it: its commit's successor
///      was published, and the horizon raised, before the pins were read.
class Backlog {
  public:
    /// What is needed to tell whether a superseded version is still seen.
    struct Seen {
        std::vector<Version> pins;  ///< ascending
        Version oldest;             ///< of the horizon
        ObjectTable& table;
        bool keeps_log;
    };

    /// Takes the commit over, change by change: after an exception (std::bad_alloc) the rest is still
    /// in `logged`, and the call is to be repeated before the backlog is used.
    void add(Logged& logged, const Seen& seen);

    [[nodiscard]] bool empty() const { return newest_ == Version{}; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::chrono::steady_clock::time_point since() const { return since_; }
    /// Where the log goes on behind it.
    [[nodiscard]] std::uint64_t place() const { return place_; }
    /// Adds what it has. Lifetime: while the backlog is not changed.
    void add_to(Due& due);

  private:
    struct Entry {
        Change first;
        Changes more{};  // when older ones are still seen, or were a moment ago
    };
    void add(Change& change, const Seen& seen);

    using Entries = std::unordered_map<ObjectId, Entry, std::hash<ObjectId>, std::equal_to<>,
                                       core::BlockAllocator<std::pair<const ObjectId, Entry>>>;

    Entries entries_;
    std::vector<std::shared_ptr<Commit>> commits_;
    Version newest_{};
    core::Time time_{};
    std::uint64_t place_ = 0;
    std::size_t bytes_ = 0;
    std::chrono::steady_clock::time_point since_{};
};

}  // namespace vitrine::mvcc
