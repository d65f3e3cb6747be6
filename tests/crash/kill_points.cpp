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
#include "tests/crash/image.hpp"
#include "tests/crash/kill_points/points.hpp"
#include "tests/crash/worker.hpp"
#include "tests/crash/worker_process.hpp"
#include "tests/interpose/files.hpp"

namespace {

using namespace vitrine;
using namespace vitrine::crash;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kSmallLog = std::size_t{1} << 20;

std::uint64_t counted(const Store& store) {
    const auto counts = store.snapshot().find_tree<std::uint32_t, std::uint64_t>("counts");
    return counts ? counts->find(0).value_or(0) : 0;
}

/// A store that only counts its commits.
void expect_counts(const Store& store, std::uint64_t least) {
    const std::uint64_t count = counted(store);
    if (count != store.version().value() || count < least)
        throw std::logic_error("version " + std::to_string(store.version().value()) + " counts " +
                               std::to_string(count) + ", acknowledged were " +
                               std::to_string(least));
    const VerifyReport report = store.verify();
    if (!report.ok()) throw std::logic_error(report.faults.front().what);
}

/// A store beside, whose log counts from its first commit: what a crash would leave of it now is
/// opened under another name. So a log begins, ends and is replayed in each round.
void crash_beside(const std::filesystem::path& file, Durability durability) {
    const std::string side = file.string() + "-side";
    const std::string image = file.string() + "-image";
    for (const char* end : {"", "-log", "-lock"}) std::filesystem::remove(image + end);
    const StoreOptions options = options_of(durability, kSmallLog);
    std::uint64_t count = 0;
    {
        Store store = Store::open(side, options);
        expect_counts(store, 0);
        for (int i = 0; i < 8; ++i)
            store.transact(
                [](Transaction& tx) { tx.tree<std::uint32_t, std::uint64_t>("counts").add(0, 1); });
        store.flush();
        count = counted(store);
        image_of(side).write(image);
    }
    Store store = Store::open(image, options);
    expect_counts(store, count);
    if (counted(store) != count) throw std::logic_error("the image has what nobody committed");
}

/// What a store has to do beside commits: garbage, backups, looks into the past.
void keep_house(Store& store, const std::filesystem::path& file, Durability durability,
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
        crash_beside(file, durability);
        done(round);
    }
}

/// Returns only by an exception.
void work_at(const std::filesystem::path& file, Durability durability,
             std::optional<std::size_t> log_bytes,
             const std::function<void(std::uint64_t round)>& done) {
    StoreOptions options = options_of(durability, log_bytes);
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
    start([&] { keep_house(store, file, durability, done); });
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
    const auto log_bytes = log_bytes_of(arguments.text("--log", "usual"));
    if (!point.empty()) {
        kill_at(point, arguments.number("--hit", 1));
        work_at(file, durability, log_bytes, [](std::uint64_t) {});
        return 0;
    }
    count_hits();
    work_at(file, durability, log_bytes, [](std::uint64_t round) {
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
    std::uint64_t died = 0;   ///< at the point
    std::uint64_t twice = 0;  ///< in the mending of a kill
    Counts at{};
};

constexpr std::chrono::seconds kPatience(120);

void look(const std::filesystem::path& file, const std::vector<Acknowledgement>& heard,
          Durability durability, const std::string& killed, std::mt19937_64& random,
          test::Findings& findings) {
    test::guarded(findings, "reopening after a kill at " + killed, [&] {
        const Store store = Store::open(file, {.read_only = !heard.empty() && random() % 4 == 0});
        check(store, heard, durability, findings, true);
    });
}

/// Kills at each point, in turn, on one store.
void kill_everywhere(Durability durability, const Counts& counts, std::mt19937_64& random,
                     Clock::time_point end, Kills& kills, test::Findings& findings) {
    constexpr std::uint64_t kMost = 200;
    const core::testing::TemporaryFolder folder;
    for (const auto& [point, count] : counts) {
        if (Clock::now() > end) return;
        // Not too late in a life, or each takes as long as the census.
        const std::uint64_t n = 1 + random() % std::clamp<std::uint64_t>(count / 8, 1, kMost);
        // The points of the log are hit soon only where there is one.
        const bool of_log = point.starts_with("log:") || point.starts_with("checkpoint:");
        const std::string log = any_log(random() % (of_log ? 2 : 3));
        Worker worker({"--worker", folder.file().string(), "--durability", name_of(durability),
                       "--log", log, "--at", point, "--hit", std::to_string(n)});
        const auto heard = worker.kill_after(kPatience, findings);
        ++kills.tried;
        if (worker.killed_itself()) {
            ++kills.died;
            ++kills.at[point];
        }
        look(folder.file(), heard, durability, point, random, findings);
        test::guarded(findings, "the store beside, after a kill at " + point,
                      [&] { expect_counts(Store::open(folder.file("store-side")), 0); });
    }
}

/// A first worker leaves commits in its log; a second one dies while it brings them into the store.
void kill_twice(Durability durability, std::mt19937_64& random, Clock::time_point end, Kills& kills,
                test::Findings& findings) {
    // Deferred, a block of the log is many commits.
    const std::uint64_t blocks = durability == Durability::full ? 300 : 10;
    constexpr std::uint64_t kCalls = 8;
    for (const char* point :
         {"recover:replayed", "recover:stored", "persist:planned", "persist:written",
          "before write", "after write", "before sync", "after sync"}) {
        if (Clock::now() > end) return;
        const core::testing::TemporaryFolder folder;
        const auto run = [&](const std::string& at, std::uint64_t hit, const std::string& log) {
            Worker worker({"--worker", folder.file().string(), "--durability", name_of(durability),
                           "--log", log, "--at", at, "--hit", std::to_string(hit)});
            return worker.kill_after(kPatience, findings);
        };
        auto heard = run("log:appended", 1 + random() % blocks, std::to_string(kSmallLog));
        // Deferred: what the second one finds is less than what the first one showed.
        if (durability == Durability::deferred)
            std::erase_if(heard, [](const Acknowledgement& one) {
                return one.kind == Acknowledgement::committed;
            });
        const std::uint64_t hit =
            std::string_view(point).find(':') != std::string_view::npos ? 1 : 1 + random() % kCalls;
        const auto more = run(point, hit, any_log(random()));
        heard.insert(heard.end(), more.begin(), more.end());
        ++kills.twice;
        look(folder.file(), heard, durability, std::string("log:appended and ") + point, random,
             findings);
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
        for (const auto& [durability, points] : counts) {
            Clock::time_point until = seconds == 0 ? Clock::time_point::max() : end;
            if (seconds != 0 && durability == Durability::full)  // half of what is left
                until = Clock::now() + (end - Clock::now()) / 2;
            if (only.empty()) kill_twice(durability, random, until, kills, findings);
            kill_everywhere(durability, points, random, until, kills, findings);
        }
    } while (Clock::now() < end);
    for (const auto& [point, count] : all) {
        std::cout << point << ": hit " << count << " times in the census, " << kills.at[point]
                  << " kills" << std::endl;
        findings.expect(kills.at[point] != 0 || seconds != 0 || !only.empty(),
                        [&] { return "nobody died at " + point; });
    }
    test::figure("kills at named points", kills.died);
    test::figure("kills in the mending of a kill", kills.twice);
    return findings.result();
}
