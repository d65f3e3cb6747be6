#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "mvcc/mark_set.hpp"

namespace vitrine::core::schema {
class Registry;
}

namespace vitrine::mvcc {

using core::TypeId;
using core::Words;

/// What transactions and commits tell a collection of garbage that is running. When none is, a call
/// costs one load.
///
/// The collection (btree/collect.hpp) begins in a sequencing section; so every commit is either
/// visible in the snapshot that it follows, or tells here what it writes:
///  G1. Every reference in a record or tree value that a commit writes is spared before the commit
///      is linked, whether or not the commit succeeds. (CommitContext, TreeCommit.)
///  G2. What a commit writes is marked before it is linked, and not when it conflicts. (Of what is condemned that can only be what it brings into
///      being: G3.)
///  G3. What a transaction reads is spared, unless it is condemned. Then a transaction that began
///      later finds it absent, and one that began before conflicts when it commits.
/// Threads: any; begin(): in the sequencing section.
class GarbageWatch {
  public:
    explicit GarbageWatch(core::schema::Registry& types) : types_(types) {}

    /// How many collections condemned something so far: to know later who began before.
    [[nodiscard]] std::uint64_t closings() const {
        return closings_.load(std::memory_order_acquire);
    }
    /// The same as far as a transaction with this base counts as one that began after the last of
    /// them: it may have been overtaken between opening its base and asking.
    [[nodiscard]] std::uint64_t closings_seen_from(Version base) const {
        const std::uint64_t all = closings();
        return base.value() < last_closed_.load(std::memory_order_relaxed) ? all - 1 : all;
    }
    /// Condemns what is not marked, unless there is something left to follow (MarkSet::close).
    /// Requires: the sequencing section.
    bool close(Version after);

    // relaxed: who reads too early is a transaction whose commit, or a commit which itself, is
    // ordered after begin() by the sequencing section; what it read is checked there.
    [[nodiscard]] bool active() const { return active_.load(std::memory_order_relaxed); }

    /// Throws: UsageError while another collection runs.
    void claim();
    void begin(std::shared_ptr<MarkSet> marks);
    void end() noexcept;

    /// A transaction that began after so many closings() reads the object. False: it is to be found
    /// absent (G3).
    bool sees(ObjectId id, std::uint64_t closings) { return !active() || tell_read(id, closings); }
    /// A commit writes this record of a program's type, or a tree's header.
    void wrote(TypeId type, Words payload) {
        if (active()) tell_written(type, payload);
    }
    /// A commit that succeeded so far is about to link what it writes.
    void adds(ObjectId id) {
        if (const auto told = active() ? marks() : nullptr) told->add(id);
    }
    /// A commit writes a reference elsewhere: in a tree.
    void refers(ObjectId target) {
        if (active()) tell_reference(target);
    }
    /// The last commit before the object was condemned, if it is.
    [[nodiscard]] std::optional<Version> condemned(ObjectId id) const {
        return active() ? find_condemned(id) : std::nullopt;
    }

  private:
    [[nodiscard]] std::shared_ptr<MarkSet> marks() const {
        const std::lock_guard lock(mutex_);
        return marks_;
    }
    bool tell_read(ObjectId id, std::uint64_t closings);
    void tell_written(TypeId type, Words payload);
    void tell_reference(ObjectId target);
    [[nodiscard]] std::optional<Version> find_condemned(ObjectId id) const;

    core::schema::Registry& types_;
    std::atomic<bool> active_{false};
    std::atomic<std::uint64_t> closings_{0};
    std::atomic<std::uint64_t> last_closed_{0};  // the newest commit at the last closing
    mutable std::mutex mutex_;                   // guards what follows; nothing is called under it
    std::shared_ptr<MarkSet> marks_;
    bool claimed_ = false;
};

}  // namespace vitrine::mvcc
