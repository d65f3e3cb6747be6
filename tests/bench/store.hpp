#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "tests/bench/dataset.hpp"

namespace vitrine::bench {

enum class Sync {
    durable,   ///< a commit returns when a crash of the machine cannot undo it
    deferred,  ///< it returns at once
};

/// What a store is opened with.
struct Place {
    std::filesystem::path folder;  ///< there, and the store's own
    Content content = Content::integers;
    Sync sync = Sync::durable;
    std::size_t cache_bytes = 0;
    /// Some stores pay for snapshots where nobody reads beside a writer: only where this says so.
    bool snapshots = true;
};

struct Transfer {
    std::uint32_t from;
    std::uint32_t to;
    std::int64_t amount;
};

/// What one thread does with a store. Work comes in batches, so that a call through a table of
/// functions is paid once for many items, in all stores alike.
///
/// Reads show one moment from their beginning to their end, or from hold() to release().
class Session {
  public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    virtual ~Session() = default;

    /// Brings what will be asked for into the form in which the store wants it. Not timed.
    virtual void draw(const std::vector<std::uint32_t>& indices) = 0;
    /// The sum of the first words of what was drawn at [first, first + count), all of which is there.
    std::uint64_t look_up(std::size_t first, std::size_t count) {
        return reading([&] { return sum_of_keys(first, count); });
    }
    /// From each key drawn on, `items` in key order: the sum of keys and first words. Of integers.
    std::uint64_t scan(std::size_t items) {
        return reading([&] { return sum_of_ranges(items); });
    }
    std::uint64_t scan_all() {
        return reading([&] { return sum_of_all(); });
    }

    void hold() {
        begin();
        held_ = true;
    }
    void release() {
        held_ = false;
        end();
    }
    /// So many times hold() and release(), in one go.
    virtual void snapshots(std::size_t times) = 0;

    /// Fills an empty store in key order with each item's first value, as the store does it best, and
    /// waits until all is on disk.
    virtual void load_sorted(std::size_t keys) = 0;
    /// One transaction, which gives these items the values of `salt`. Not of accounts.
    virtual void put(std::span<const std::uint32_t> indices, std::uint64_t salt) = 0;
    /// One serializable transaction that reads two accounts and updates both; again until it commits.
    virtual void transfer(const Transfer& transfer) = 0;

  protected:
    virtual void begin() = 0;
    virtual void end() = 0;
    virtual std::uint64_t sum_of_keys(std::size_t first, std::size_t count) = 0;
    virtual std::uint64_t sum_of_ranges(std::size_t items) = 0;
    virtual std::uint64_t sum_of_all() = 0;

  private:
    template <class Work>
    std::uint64_t reading(const Work& work) {
        if (held_) return work();
        begin();
        const std::uint64_t sum = work();
        end();
        return sum;
    }
    bool held_ = false;
};

/// An open store. Any number of sessions, which end before it.
class Store {
  public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;
    virtual std::unique_ptr<Session> session() = 0;
    /// Waits until all commits are on disk.
    virtual void flush() = 0;
    /// Brings the file into the shape that it takes on by itself when it is left alone.
    virtual void settle() {}
};

/// A store that is measured.
struct Kind {
    std::string_view name;  ///< of options and folders
    std::string_view title;
    /// Null: not installed.
    std::unique_ptr<Store> (*open)(const Place& place) = nullptr;
    /// What it is run with, for the notes below the table.
    std::string_view settings = "";
};

/// Vitrine first, then LMDB, then the others.
std::span<const Kind> all_kinds();
/// Throws std::runtime_error.
const Kind& kind_of(std::string_view name);

}  // namespace vitrine::bench
