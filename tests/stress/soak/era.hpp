#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/stress/soak/bounds.hpp"
#include "tests/stress/soak/stock.hpp"

namespace vitrine::test::soak {

using Clock = std::chrono::steady_clock;
inline constexpr std::size_t kHeld = 4;  // snapshots at a time, and the ones in use

struct Counts {
    std::atomic<std::uint64_t> transactions{0};
    std::atomic<std::uint64_t> held{0};
    std::atomic<std::uint64_t> backups{0};
    std::atomic<std::uint64_t> collections{0};
    std::atomic<std::uint64_t> collected{0};
    std::atomic<std::uint64_t> eras{0};
};

/// From one opening of the store to its closing: everything goes on at once.
class Era {
  public:
    Era(Store& store, bool deferred, std::filesystem::path backup, Bounds& bounds, Counts& counts,
        Findings& findings)
        : store_(store),
          deferred_(deferred),
          backup_(std::move(backup)),
          bounds_(bounds),
          counts_(counts),
          findings_(findings) {}

    void run(std::chrono::milliseconds length, std::chrono::milliseconds sampling,
             Clock::time_point start, std::uint64_t seed) {
        end_ = Clock::now() + length;
        std::vector<std::jthread> threads;
        const auto spawn = [&](const char* who, auto work) {
            threads.emplace_back([this, who, work] { guarded(findings_, who, work); });
        };
        for (std::uint64_t w = 0; w < 2; ++w) spawn("writer", [=, this] { change(seed * 10 + w); });
        spawn("scanner", [=, this] { scan(seed * 10 + 5); });
        spawn("holder", [=, this] { hold(seed * 10 + 6, length); });
        spawn("keeper", [=, this] { keep(length / 3); });
        while (!pause(sampling)) {
            Sample sample{std::chrono::duration<double>(Clock::now() - start).count(),
                          anonymous_bytes(), allocated_bytes(), store_.stats(), deferred_};
            bounds_.add(sample);
        }
    }

  private:
    [[nodiscard]] bool over() const { return Clock::now() >= end_; }
    /// Waits, or until the end. Whether that has come.
    bool pause(std::chrono::milliseconds length) {
        std::this_thread::sleep_until(std::min(Clock::now() + length, end_));
        return over();
    }

    void change(std::uint64_t seed) {
        std::mt19937_64 random(seed);
        TransactionOptions patient;
        patient.attempts = 1000;
        while (!over()) {
            const std::mt19937_64 again(random());  // the same when it conflicts and is run again
            store_.transact([&](Transaction& tx) { Stock::change(tx, again); }, patient);
            ++counts_.transactions;
        }
    }
    void scan(std::uint64_t seed) {
        std::mt19937_64 random(seed);
        while (!over()) {
            const std::uint64_t low = random() % Stock::kNumbers;
            Stock::check(store_.snapshot(), low, low + 500, findings_);
        }
    }
    /// Opens snapshots, lets them age, and looks whether they still show the same.
    void hold(std::uint64_t seed, std::chrono::milliseconds longest) {
        struct Held {
            Snapshot snapshot;
            std::uint64_t sum;
            Clock::time_point until;
        };
        std::mt19937_64 random(seed);
        std::vector<Held> all;
        const auto release = [&](const Held& one) {
            findings_.expect(Stock::sum(one.snapshot, findings_) == one.sum,
                             [] { return "a held snapshot changed"; });
            ++counts_.held;
        };
        while (!pause(longest / 50)) {
            std::erase_if(all, [&](const Held& one) {
                if (Clock::now() < one.until) return false;
                release(one);
                return true;
            });
            if (all.size() == kHeld) continue;
            Snapshot fresh = store_.snapshot();
            const std::uint64_t sum = Stock::sum(fresh, findings_);
            const auto age = std::chrono::milliseconds(random() % longest.count());
            all.push_back({std::move(fresh), sum, Clock::now() + age});
        }
        for (const Held& one : all) release(one);
    }
    /// What an operator does: collections of garbage, and backups that are tried.
    void keep(std::chrono::milliseconds every) {
        while (!pause(every)) {
            const GcReport collected = store_.collect_garbage();
            counts_.collected += collected.objects_erased;
            ++counts_.collections;
            try_backup();
        }
    }
    void try_backup() {
        const BackupReport made = store_.backup(backup_);
        {
            StoreOptions options;
            options.read_only = true;
            options.cache_bytes = kMebibyte;
            const Store copy = Store::open(backup_, options);
            findings_.expect(copy.version() == made.version, [] { return "backup: version"; });
            const VerifyReport report = copy.verify();
            for (const Fault& fault : report.faults) findings_.add("backup: " + fault.what);
            findings_.expect(report.dangling_references.empty(),
                             [] { return "backup: an item without its object"; });
            Stock::sum(copy.snapshot(), findings_);
        }
        std::filesystem::remove(backup_);
        std::filesystem::remove(backup_.string() + "-lock");
        ++counts_.backups;
    }

    Store& store_;
    const bool deferred_;
    const std::filesystem::path backup_;
    Bounds& bounds_;
    Counts& counts_;
    Findings& findings_;
    Clock::time_point end_{};
};

}  // namespace vitrine::test::soak
