#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include <vitrine/vitrine.hpp>

#include "tests/support/history/history.hpp"
#include "tests/support/program.hpp"

/// What the workloads of histories.cpp share: threads that do transactions and write down what they
/// did and saw.
namespace vitrine::test {

using history::Element;
using history::Key;
using history::List;
using history::Op;

/// One store under one load.
struct Arena {
    Store store;
    Isolation isolation = Isolation::serializable;
    Findings& findings;
    std::atomic<std::uint64_t> clock{1};
    std::atomic<std::uint64_t> appends{0};
    Version first{};  // of the past that is looked at
};

/// One thread's transactions. Threads: one.
class Session {
  public:
    Session(Arena& arena, std::uint64_t process, std::uint64_t seed)
        : arena_(arena), process_(process), random_(seed * 1000 + process) {}

    [[nodiscard]] Arena& arena() const { return arena_; }
    [[nodiscard]] std::uint64_t below(std::uint64_t end) { return random_() % end; }
    [[nodiscard]] bool one_in(std::uint64_t n) { return below(n) == 0; }
    /// Never given before, to nobody. The low bits are the caller's.
    [[nodiscard]] Element fresh() { return ((process_ + 1) << 48) | (++fresh_ << 16); }
    void note(Op op) {
        ops_.push_back(std::move(op));
        if (one_in(4)) std::this_thread::yield();  // so that even two cores have much at once
    }
    [[nodiscard]] history::History take() { return std::move(done_); }

    /// `body(Transaction&)`, and a commit or an end without one.
    template <class Body>
    void transact(Body&& body, bool may_abort = true) {
        if (one_in(16)) arena_.store.trim_cache();
        history::Transaction record = begin(process_);
        {
            Transaction tx = arena_.store.begin({.isolation = arena_.isolation});
            record.base = tx.base().version().value();
            try {
                body(tx);
                if (may_abort && one_in(12)) {
                    tx.abort();
                    record.outcome = history::Outcome::aborted;
                } else {
                    record.version = tx.commit().value();
                }
            } catch (const ConflictError& conflict) {
                record.outcome = history::Outcome::aborted;
                arena_.findings.expect(conflict.with() > tx.base().version(), [] {
                    return "a conflict with a commit that is in the base";
                });
            }
        }
        end(std::move(record));
    }

    /// `body(source)` on a new snapshot, a held one, or one of the past: each is a transaction that
    /// only reads, and the older ones are of no process.
    template <class Body>
    void look(Body&& body) {
        if (one_in(3)) return look_back(body);
        if (!held_ || one_in(10)) {
            held_since_ = arena_.clock.fetch_add(1);
            held_ = arena_.store.snapshot();
        } else {
            history::Transaction record = begin(history::kNoProcess);
            record.began = held_since_;
            return look_at(*held_, std::move(record), body);
        }
        history::Transaction record = begin(process_);
        look_at(arena_.store.snapshot(), std::move(record), body);
    }

  private:
    [[nodiscard]] history::Transaction begin(std::uint64_t process) {
        ops_.clear();
        history::Transaction record;
        record.process = process;
        record.began = arena_.clock.fetch_add(1);
        return record;
    }
    void end(history::Transaction record) {
        record.ended = arena_.clock.fetch_add(1);
        record.ops = std::move(ops_);
        ops_ = {};
        done_.push_back(std::move(record));
    }
    template <class Body>
    void look_at(const Snapshot& snapshot, history::Transaction record, Body& body) {
        record.base = snapshot.version().value();
        if (one_in(2)) {
            body(snapshot);
        } else {
            body(snapshot.view());
        }
        end(std::move(record));
    }
    template <class Body>
    void look_back(Body& body) {
        const std::uint64_t newest = arena_.store.version().value();
        const std::uint64_t back =
            below(std::min<std::uint64_t>(newest - arena_.first.value() + 1, 300));
        try {
            const Snapshot past = arena_.store.snapshot_at(Version{newest - back});
            arena_.findings.expect(past.version().value() == newest - back,
                                   [] { return "snapshot_at gives another version"; });
            history::Transaction record = begin(history::kNoProcess);
            record.began = 0;
            look_at(past, std::move(record), body);
        } catch (const SnapshotTooOldError&) {
            // Not all stores keep a past.
        }
    }

    Arena& arena_;
    std::uint64_t process_;
    std::mt19937_64 random_;
    std::uint64_t fresh_ = 0;
    std::vector<Op> ops_;
    history::History done_;
    std::optional<Snapshot> held_;
    std::uint64_t held_since_ = 0;
};

}  // namespace vitrine::test
