// A process is killed exactly at a named point of the code, or before or after a write, sync or
// renaming of a file, while its threads commit, look back, collect garbage and make backups. Then
// everything that killed_commits asks must hold. A first run counts how often each point is hit; one
// that the sources name and nothing hits is a finding.
//   --seconds 100 --seed 1 --point "persist:written"
// Without arguments: one kill at each point, under both durabilities.
#include <algorithm>
#include <functional>
#include <iostream>
#include <random>
#include <set>
#include <sstream>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/crash/check.hpp"
#include "tests/crash/kill_points/points.hpp"
#include "tests/crash/worker.hpp"
#include "tests/crash/worker_process.hpp"
#include "tests/interpose/files.hpp"

namespace {

using namespace vitrine;
using namespace vitrine::crash;
using Clock = std::chrono::steady_clock;

/// What a store has to do beside commits: garbage, backups, looks into the past.
void keep_house(Store& store, const std::filesystem::path& file,
                const std::function<void(std::uint64_t round)>& done) {
    const std::filesystem::path copy = file.string() + "-copy";
    for (std::uint64_t round = 1;; ++round) {
        store.transact([](Transaction& tx) {
            tx.create<Mark>([](Mark::Builder lost) { lost.setBody("garbage"); });
        });
        store.collect_garbage();
        std::filesystem::remove(copy);
        store.backup(copy);
        store.trim_cache();
        const std::uint64_t now = store.version().value();
        if (now > 3) static_cast<void>(store.snapshot_at(Version{now - 3}));
        done(round);
    }
}

/// Returns only by an exception.
void work_at(const std::filesystem::path& file, Durability durability,
             const std::function<void(std::uint64_t round)>& done) {
    StoreOptions options = options_of(durability);
    options.retention = Retention::commits(50);
    Store store = Store::open(file, options);
    set_up(store);
    std::vector<std::jthread> threads;
    const auto start = [&](auto body) {
        threads.emplace_back([body] {
            try {
                body();
            } catch (const std::exception& error) {
                std::cerr << "worker: " << error.what() << std::endl;
                ::_exit(5);
            }
        });
    };
    for (std::uint32_t thread = 0; thread < kThreads; ++thread)
        start([&store, durability, thread] { commit_for_ever(store, durability, thread); });
    start([&] { hold_snapshots(store); });
    start([&] { keep_house(store, file, done); });
    for (std::jthread& thread : threads) thread.join();
}

bool hit_all(const std::filesystem::path& sources) {
    static const std::set<std::string> named = named_points(sources);
    const auto now = hits();
    return std::all_of(named.begin(), named.end(),
                       [&](const std::string& point) { return now.contains(point); });
}

/// The census is over, and says what was hit, when everything was (each mode of durability has
/// points of its own, so mostly not) or after so many rounds of housekeeping.
constexpr std::uint64_t kFewestRounds = 5;
constexpr std::uint64_t kMostRounds = 15;

int be_worker(const test::Arguments& arguments, const std::string& file, Durability durability) {
    const std::string point(arguments.text("--at", ""));
    if (!point.empty()) {
        kill_at(point, arguments.number("--hit", 1));
        work_at(file, durability, [](std::uint64_t) {});
        return 0;
    }
    count_hits();
    work_at(file, durability, [](std::uint64_t round) {
        if (round < kFewestRounds || (round < kMostRounds && !hit_all(VITRINE_SOURCE_DIR))) return;
        std::ostringstream all;
        for (const auto& [name, count] : hits()) all << name << '\n' << count << '\n';
        std::ofstream(std::string(::getenv("VITRINE_CENSUS"))) << all.str();
        ::_exit(0);
    });
    return 0;
}

using Counts = std::map<std::string, std::uint64_t>;

Counts take_census(Durability durability) {
    const core::testing::TemporaryFolder folder;
    const std::string census = folder.file("census").string();
    ::setenv("VITRINE_CENSUS", census.c_str(), 1);
    Worker worker({"--worker", folder.file().string(), "--durability", name_of(durability)});
    worker.text();
    Counts counts;
    std::ifstream in(census);
    for (std::string name, count; std::getline(in, name) && std::getline(in, count);)
        counts[name] = std::stoull(count);
    return counts;
}

struct Kills {
    std::uint64_t tried = 0;
    std::uint64_t died = 0;  ///< at the point
    Counts at{};
};

/// Kills at each point, in turn, on one store.
void kill_everywhere(Durability durability, const Counts& counts, std::mt19937_64& random,
                     Clock::time_point end, Kills& kills, test::Findings& findings) {
    constexpr std::chrono::seconds kPatience(120);
    constexpr std::uint64_t kMost = 200;
    const core::testing::TemporaryFolder folder;
    for (const auto& [point, count] : counts) {
        if (Clock::now() > end) return;
        // Not too late in a life, or each takes as long as the census.
        const std::uint64_t n = 1 + random() % std::clamp<std::uint64_t>(count / 8, 1, kMost);
        Worker worker({"--worker", folder.file().string(), "--durability", name_of(durability),
                       "--at", point, "--hit", std::to_string(n)});
        const auto heard = worker.kill_after(kPatience, findings);
        ++kills.tried;
        if (worker.killed_itself()) {
            ++kills.died;
            ++kills.at[point];
        }
        test::guarded(findings, "reopening after a kill at " + point, [&] {
            Store store = Store::open(folder.file());
            check(store, heard, durability, findings, true);
        });
    }
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const Durability mode =
        arguments.text("--durability", "full") == "full" ? Durability::full : Durability::deferred;
    const std::string file(arguments.text("--worker", ""));
    if (!file.empty()) {
        try {
            return be_worker(arguments, file, mode);
        } catch (const std::exception& error) {
            std::cerr << "worker: " << error.what() << std::endl;
            return 4;
        }
    }
    const std::uint64_t seed = arguments.number("--seed", 1);
    const std::uint64_t seconds = arguments.number("--seconds", 0);
    const std::string only(arguments.text("--point", ""));
    std::cout << "seed " << seed << std::endl;
    std::mt19937_64 random(seed);
    test::Findings findings;
    Kills kills;
    std::map<Durability, Counts> counts;
    Counts all;
    for (const Durability durability : {Durability::full, Durability::deferred}) {
        counts[durability] = take_census(durability);
        for (const auto& [point, count] : counts[durability]) all[point] += count;
        if (!only.empty())
            std::erase_if(counts[durability], [&](const auto& one) { return one.first != only; });
    }
    for (const std::string& point : named_points(VITRINE_SOURCE_DIR))
        findings.expect(all.contains(point), [&] { return "never hit: " + point; });
    const Clock::time_point end = Clock::now() + std::chrono::seconds(seconds);
    do {
        for (const auto& [durability, points] : counts)
            kill_everywhere(durability, points, random,
                            seconds == 0 ? Clock::time_point::max() : end, kills, findings);
    } while (Clock::now() < end);
    for (const auto& [point, count] : all) {
        std::cout << point << ": hit " << count << " times in the census, " << kills.at[point]
                  << " kills" << std::endl;
        findings.expect(kills.at[point] != 0 || seconds != 0 || !only.empty(),
                        [&] { return "nobody died at " + point; });
    }
    test::figure("kills at named points", kills.died);
    return findings.result();
}
