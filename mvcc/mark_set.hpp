#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "mvcc/id_bits.hpp"

namespace vitrine::mvcc {

using core::ObjectId;

/// What is known to be reachable while somebody follows references, and what is still to be
/// followed, in bounded memory.
///
/// Invariants:
///  K1. Whatever is marked is on the stack, pending, being followed, or was followed.
///  K2. The stack does not grow beyond its bound: what finds no room is pending, a bit.
///  K3. After close() nothing is marked but what comes into being: what existed and is not marked is
///      condemned, for good.
///
/// Memory: 1 bit per id for marks, in chunks of 32768 ids of which one at least is marked; as much
/// again, only where marks found the stack full (or came from others), for what is pending; 8 bytes
/// for each place on the stack. 50 million objects with ids from 1 on: 6.25 MB + 6.25 MB + 0.5 MB =
/// 13 MB. Within 64 MiB they may be spread over 260 million ids even if all were pending at once,
/// that is, four of five objects ever made are gone; over 500 million if few are.
///
/// Threads: any.
class MarkSet {
  public:
    static constexpr std::size_t kStackBound = std::size_t{1} << 16;

    explicit MarkSet(std::uint64_t limit, std::size_t stack_bound = kStackBound)
        : stack_bound_(stack_bound), marked_(limit), pending_(limit) {}

    /// Marks them all, as references found by who follows them.
    void reach(std::span<const ObjectId> ids);
    /// Marks one that others use: read, or referred to by what they wrote. False when it is condemned.
    bool spare(ObjectId id);
    /// Marks one that a commit writes, to be followed: of a tree it tells only what it changes.
    void add(ObjectId id);
    /// The next one to be followed; nothing when there is none.
    std::optional<ObjectId> take();
    [[nodiscard]] bool idle() const;

    [[nodiscard]] bool marked(ObjectId id) const;
    [[nodiscard]] std::uint64_t limit() const { return marked_.limit(); }
    [[nodiscard]] std::uint64_t count() const;

    /// Condemns what is not marked, unless something is still to be followed. True when it did.
    /// `after`: the newest commit at this moment.
    bool close(Version after);
    /// Whether the object is condemned: the last commit before it was.
    [[nodiscard]] std::optional<Version> condemned(ObjectId id) const;

    [[nodiscard]] std::size_t bytes() const;
    /// The most that it ever took.
    [[nodiscard]] std::size_t peak_bytes() const;

  private:
    void mark_and_pend(ObjectId id);
    void note_peak();

    const std::size_t stack_bound_;
    mutable std::mutex mutex_;  // guards everything below; nothing is called under it
    IdBits marked_;
    IdBits pending_;
    std::vector<ObjectId> stack_;
    ObjectId hand_{};  // where the search for what is pending goes on
    std::optional<Version> closed_;
    std::size_t peak_ = 0;
};

}  // namespace vitrine::mvcc
