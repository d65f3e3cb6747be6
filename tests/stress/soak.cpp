// Everything at once, for as long as it is told: updates, creations and erasures of objects and tree
// entries, range scans, snapshots held for long, collections of garbage, backups that are opened and
// verified; the store is closed and opened again all the time, with the other durability and, every
// other time, with a past. Memory, file and cache must stay in their bounds (soak/bounds.hpp) and not
// grow; every second's figures go into a file, from which plot.py makes a picture.
//   --seconds 3600 --seed 1 --csv soak.csv; soak.svg is of 24 minutes on a busy machine of 2 processors
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

#include <vitrine/vitrine.hpp>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/stress/soak/era.hpp"
#include "tests/support/program.hpp"

namespace {

using namespace vitrine;
namespace soak = test::soak;
using std::chrono::milliseconds;

constexpr std::size_t kCacheBytes = 4 * soak::kMebibyte;

StoreOptions options(std::uint64_t era) {
    StoreOptions options;
    options.cache_bytes = kCacheBytes;
    options.durability = era % 2 == 0 ? Durability::full : Durability::deferred;
    options.retention = era % 4 < 2 ? Retention::commits(500) : Retention::none();
    return options;
}

/// What one version of everything takes in the file, measured on a store with nothing else in it.
std::size_t live_bytes(const std::filesystem::path& file) {
    Store store = Store::open(file, options(2));
    soak::Stock::fill(store);
    store.flush();
    const Stats stats = store.stats();
    return stats.file_bytes - stats.log_bytes - stats.free_bytes;
}

/// What was there when the store was closed last is all there is.
void check_opened(const Store& store, std::optional<std::uint64_t> sum, test::Findings& findings) {
    const bool same = !sum || soak::Stock::sum(store.snapshot(), findings) == *sum;
    findings.expect(same, [] { return "opened with something else than it was closed with"; });
}

std::uint64_t check_at_rest(const Store& store, test::Findings& findings) {
    const VerifyReport report = store.verify();
    for (const Fault& fault : report.faults) findings.add("verify: " + fault.what);
    findings.expect(report.dangling_references.empty(),
                    [] { return "an item without its object"; });
    return soak::Stock::sum(store.snapshot(), findings);
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    constexpr std::uint64_t kShortest = 5;  // a backup and a collection have to fit in
    const std::uint64_t seconds = std::max(arguments.number("--seconds", 0), kShortest);
    const std::uint64_t seed = arguments.number("--seed", 1);
    const std::string csv(arguments.text("--csv", ""));
    const bool brief = seconds < 120;
    const milliseconds length(brief ? 1000 * seconds / 4 : 20'000);
    const milliseconds sampling(brief ? 50 : 1000);
    std::cout << "seed " << seed << std::endl;

    test::give_memory_back();
    test::Findings findings;
    const core::testing::TemporaryFolder folder;
    soak::Counts counts;
    soak::Bounds bounds(kCacheBytes, live_bytes(folder.file()), soak::kHeld, findings);
    std::optional<std::uint64_t> sum;
    const auto start = soak::Clock::now();
    while (soak::Clock::now() < start + std::chrono::seconds(seconds) && findings.count() == 0) {
        const std::uint64_t era = counts.eras++;
        test::guarded(findings, "era " + std::to_string(era), [&] {
            Store store = Store::open(folder.file(), options(era));
            check_opened(store, sum, findings);
            soak::Era(store, era % 2 == 1, folder.file("backup"), bounds, counts, findings)
                .run(length, sampling, start, seed * 1000 + era);
            sum = check_at_rest(store, findings);
            store.close();
        });
    }
    bounds.check_cache();
    if (seconds >= 600) bounds.check_trend();  // some rounds of the four kinds of eras
    if (!csv.empty()) {
        std::ofstream out(csv);
        bounds.write(out);
    }
    std::cout << bounds.highest() << std::endl;
    test::figure("soak: seconds", seconds);
    test::figure("soak: transactions", counts.transactions);
    test::figure("soak: openings", counts.eras);
    test::figure("soak: snapshots held and checked", counts.held);
    test::figure("soak: backups opened and verified", counts.backups);
    test::figure("soak: collections of garbage", counts.collections);
    std::cout << counts.collected << " objects collected, " << bounds.samples() << " samples"
              << std::endl;
    findings.expect(
        counts.transactions > 0 && counts.held > 0 && counts.backups > 0 && counts.collections > 0,
        [] { return "nothing was tried"; });
    return findings.result();
}
