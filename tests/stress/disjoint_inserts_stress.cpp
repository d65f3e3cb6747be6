// Many threads insert random keys of their own into one tree, whose buckets split under them all
// the time: there must be no conflict at all, and every acknowledged insert is there afterwards.
//   --threads 32 --inserts 20000 --seed 1
#include <cstdint>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/support/program.hpp"

namespace {

using namespace vitrine;
using Inserted = std::map<std::uint64_t, std::uint64_t>;

/// Keys are disjoint: the thread is their remainder, and random numbers mix the threads' places.
Inserted insert(Store& store, test::Findings& findings, std::uint64_t thread, std::uint64_t threads,
                std::uint64_t inserts, std::uint64_t seed) {
    std::mt19937_64 random(seed * 1000 + thread);
    Inserted acknowledged;
    std::uint64_t left = inserts;
    while (left > 0) {
        Inserted some;
        const std::uint64_t count = std::min<std::uint64_t>(left, 1 + random() % 20);
        while (some.size() < count) {
            const std::uint64_t key = (random() >> 8) / threads * threads + thread;
            if (!acknowledged.contains(key)) some.emplace(key, random());
        }
        left -= count;
        Transaction tx = store.begin();
        auto tree = tx.tree<std::uint64_t, std::uint64_t>("keys");
        for (const auto& [key, value] : some)
            findings.expect(tree.insert(key, value), [&, key = key] {
                return "insert said that " + std::to_string(key) + " is there";
            });
        tx.commit();  // a ConflictError is a finding
        acknowledged.merge(some);
    }
    return acknowledged;
}

void check(const Store& store, const Inserted& all, test::Findings& findings) {
    const auto tree = store.snapshot().tree<std::uint64_t, std::uint64_t>("keys");
    auto expected = all.begin();
    for (auto [key, value] : tree) {
        if (expected == all.end() || expected->first != key || expected->second != value) {
            findings.add("the tree differs from what was acknowledged at " + std::to_string(key));
            break;
        }
        ++expected;
    }
    findings.expect(expected == all.end(),
                    [&] { return "lost: " + std::to_string(expected->first) + " and after"; });
    findings.expect(tree.size() == all.size(), [&] {
        return "size " + std::to_string(tree.size()) + " of " + std::to_string(all.size());
    });
}

void run(Durability durability, std::uint64_t threads, std::uint64_t inserts, std::uint64_t seed,
         test::Findings& findings) {
    const core::testing::TemporaryFolder folder;
    StoreOptions options;
    options.durability = durability;
    Inserted all;
    {
        Store store = Store::open(folder.file(), options);
        std::vector<Inserted> parts(threads);
        {
            std::vector<std::jthread> workers;
            for (std::uint64_t t = 0; t < threads; ++t)
                workers.emplace_back([&, t] {
                    test::guarded(findings, "insert", [&] {
                        parts[t] = insert(store, findings, t, threads, inserts, seed);
                    });
                });
        }
        for (Inserted& part : parts) all.merge(part);
        const Stats stats = store.stats();
        findings.expect(stats.conflicts == 0,
                        [&] { return std::to_string(stats.conflicts) + " conflicts"; });
        std::cout << all.size() << " keys in " << stats.commits << " commits, " << stats.batches
                  << " batches, " << stats.conflicts << " conflicts" << std::endl;
        check(store, all, findings);
        store.close();
    }
    const Store store = Store::open(folder.file());
    check(store, all, findings);
    for (const Fault& fault : store.verify().faults) findings.add("verify: " + fault.what);
    findings.expect(all.size() == threads * inserts, [&] { return "not all inserts were made"; });
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const std::uint64_t threads = arguments.number("--threads", 32);
    const std::uint64_t inserts = arguments.number("--inserts", test::kSanitized ? 200 : 2000);
    const std::uint64_t seed = arguments.number("--seed", 1);
    std::cout << "seed " << seed << std::endl;
    test::Findings findings;
    run(Durability::full, threads, inserts, seed, findings);
    run(Durability::deferred, threads, inserts, seed, findings);
    return findings.result();
}
