// The fault that Vitrine was made for, as often as it can be provoked: readers share one snapshot
// (and newer ones) whose buckets come and go, because the cache is far smaller than the tree, is
// trimmed all the time, and writers replace every bucket. Every single value read is checked.
//   --seconds 600: the long form.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/support/program.hpp"

namespace {

using namespace vitrine;
using Shared = Tree<std::uint64_t, std::string>;

constexpr std::uint64_t kKeys = test::kSanitized ? 4000 : 20000;  // the even numbers
constexpr std::size_t kCacheBytes = 256 << 10;
constexpr unsigned kReaders = 4;

std::string value_of(std::uint64_t key, std::uint64_t generation) {
    return "generation " + std::to_string(generation) + " of key " + std::to_string(key);
}

struct Run {
    Store store;
    Snapshot first;
    test::Findings findings{};
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> reads{0};
    std::atomic<std::uint64_t> trims{0};
    std::atomic<std::uint64_t> commits{0};
};

/// The tree as it was at first: every even key, of generation 0, and no odd one.
void read_first(Run& run, const Shared& tree, std::mt19937_64& random) {
    std::uint64_t seen = 0;
    for (auto [key, value] : tree) {
        run.findings.expect(key == seen * 2 && value == value_of(key, 0), [&] {
            return "scan: key " + std::to_string(key) + " at place " + std::to_string(seen) +
                   " shows: " + std::string(value);
        });
        ++seen;
    }
    run.findings.expect(seen == kKeys && tree.size() == kKeys, [&] {
        return "scan of " + std::to_string(seen) + " keys, size " + std::to_string(tree.size());
    });
    for (int n = 0; n < 1000; ++n) {
        const std::uint64_t key = random() % (kKeys * 2);
        const auto found = tree.find(key);
        run.findings.expect(
            found.has_value() == (key % 2 == 0) && (!found || *found == value_of(key, 0)), [&] {
                return "find: key " + std::to_string(key) + " shows: " + found.value_or("nothing");
            });
    }
    const std::uint64_t low = random() % kKeys;
    std::uint64_t within = 0;
    for (auto [key, value] : tree.range(low, low + 1000)) within += value == value_of(key, 0);
    run.findings.expect(within == 500, [&] {
        return "range from " + std::to_string(low) + ": " + std::to_string(within) + " keys of 500";
    });
    run.reads += kKeys + 1000 + 500;
}

/// A newer state: writers put values that name their key, and keep count of the keys.
void read_newest(Run& run) {
    const Snapshot snapshot = run.store.snapshot();
    const auto tree = snapshot.tree<std::uint64_t, std::string>("shared");
    std::uint64_t seen = 0;
    std::uint64_t last = 0;
    for (auto [key, value] : tree) {
        run.findings.expect(seen == 0 || key > last,
                            [&] { return "newest: out of order at " + std::to_string(key); });
        run.findings.expect(value.ends_with(" of key " + std::to_string(key)), [&] {
            return "newest: key " + std::to_string(key) + " shows: " + std::string(value);
        });
        last = key;
        ++seen;
    }
    run.findings.expect(seen == tree.size(), [&] {
        return "newest: " + std::to_string(seen) + " keys, size " + std::to_string(tree.size());
    });
    run.reads += seen;
}

void write(Run& run, std::uint64_t generation, std::mt19937_64& random) {
    const std::uint64_t start = random() % (kKeys * 2);
    run.store.transact([&](Transaction& tx) {
        auto tree = tx.tree<std::uint64_t, std::string>("shared");
        for (std::uint64_t n = 0; n < 500; ++n) {
            const std::uint64_t key = (start + n * 97) % (kKeys * 2);
            if (generation % 3 == 0) {
                tree.erase(key);
            } else {
                tree.put(key, value_of(key, generation));
            }
        }
    });
    ++run.commits;
}

template <class Step>
std::jthread repeat(Run& run, const char* who, Step step) {
    return std::jthread([&run, who, step = std::move(step)]() mutable {
        test::guarded(run.findings, who, [&] {
            while (!run.done) step();
        });
    });
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const std::chrono::seconds length(arguments.number("--seconds", 4));
    const std::uint64_t seed = arguments.number("--seed", 1);
    std::cout << "seed " << seed << std::endl;

    const core::testing::TemporaryFolder folder;
    StoreOptions options;
    options.cache_bytes = kCacheBytes;
    options.durability = Durability::deferred;
    Store store = Store::open(folder.file(), options);
    store.transact([](Transaction& tx) {
        auto tree = tx.tree<std::uint64_t, std::string>("shared");
        for (std::uint64_t n = 0; n < kKeys; ++n) tree.put(n * 2, value_of(n * 2, 0));
    });
    Snapshot first = store.snapshot();
    Run run{std::move(store), std::move(first)};
    {
        const auto deadline = std::chrono::steady_clock::now() + length;
        std::vector<std::jthread> threads;
        for (unsigned r = 0; r < kReaders; ++r)
            threads.push_back(
                repeat(run, "reader", [&run, random = std::mt19937_64(seed + r)]() mutable {
                    read_first(run, run.first.tree<std::uint64_t, std::string>("shared"), random);
                }));
        threads.push_back(repeat(run, "newest reader", [&run] { read_newest(run); }));
        threads.push_back(repeat(run, "trimmer", [&run] { run.store.trim_cache(), ++run.trims; }));
        threads.push_back(repeat(
            run, "writer",
            [&run, generation = std::uint64_t{0}, random = std::mt19937_64(seed + 100)]() mutable {
                write(run, ++generation, random);
            }));
        while (std::chrono::steady_clock::now() < deadline && run.findings.count() == 0)
            read_newest(run);
        run.done = true;
    }
    const VerifyReport report = run.store.verify();
    for (const Fault& fault : report.faults) run.findings.add("verify: " + fault.what);
    const Stats stats = run.store.stats();
    std::cout << run.reads << " reads beside " << run.trims << " trims and " << run.commits
              << " commits; " << stats.cache_misses << " versions materialised, " << stats.evictions
              << " evicted, cache " << stats.cache_bytes << " bytes, file " << stats.file_bytes
              << " bytes" << std::endl;
    test::figure("shared buckets: reads beside trims and commits", run.reads);
    run.findings.expect(run.trims > 0 && run.commits > 0 && stats.cache_misses > kKeys / 100,
                        [] { return "the threads did not meet: nothing was tried"; });
    return run.findings.result();
}
