// A process is killed at a random moment while several of its threads commit, again and again, on
// one store. Reopened: every acknowledged commit is there, none in part, what is there is a prefix
// of the commits, and verify() finds nothing. In deferred mode a suffix may be lost, but nothing
// that flush() or durable_version() told of.
//   --seconds 100 --kills 100 --seed 1 --durability full|deferred: the long form. Without
// arguments: 10 and both.
#include <chrono>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/crash/check.hpp"
#include "tests/crash/worker.hpp"
#include "tests/crash/worker_process.hpp"

namespace {

using namespace vitrine;
using namespace vitrine::crash;
using Clock = std::chrono::steady_clock;

/// So many kills, and more until the time is over. Returns how many.
std::uint64_t run(Durability durability, std::uint64_t kills, Clock::time_point end,
                  std::uint64_t seed, test::Findings& findings) {
    const core::testing::TemporaryFolder folder;
    std::mt19937_64 random(seed);
    std::uint64_t acknowledged = 0;
    std::uint64_t lost = 0;
    std::uint64_t idle = 0;  // killed before anything was acknowledged
    std::uint64_t done = 0;
    std::vector<Acknowledgement> heard;  // since the store was looked at
    for (; done < kills || Clock::now() < end; ++done) {
        // Most kills come amid commits; some while the store is opened and the crash before mended.
        const bool early = random() % 5 == 0;
        const std::chrono::microseconds life(random() % (early ? 30'000 : 150'000));
        Worker worker({"--worker", folder.file().string(), "--durability", name_of(durability),
                       "--log", any_log(random())});
        if (!early) worker.hear();
        const auto more = worker.kill_after(life, findings);
        acknowledged += more.size();
        if (more.empty()) ++idle;
        heard.insert(heard.end(), more.begin(), more.end());
        // Under full durability what is there may as well be brought in order by the next worker.
        if (durability == Durability::full && random() % 4 == 0 && done + 1 < kills) continue;
        test::guarded(findings, "reopening after kill " + std::to_string(done), [&] {
            const Store store =
                Store::open(folder.file(), {.read_only = !heard.empty() && random() % 4 == 0});
            lost += check(store, heard, durability, findings);
        });
        heard.clear();
    }
    std::cout << name_of(durability) << ": " << done << " kills (" << idle
              << " before the first commit), " << acknowledged << " acknowledgements, " << lost
              << " visible commits lost, file " << std::filesystem::file_size(folder.file()) / 1024
              << " KiB" << std::endl;
    const VerifyReport report = Store::open(folder.file()).verify();
    std::cout << report.objects << " objects, " << report.nodes << " nodes, " << report.versions
              << " versions of " << report.bytes / 1024 << " KiB" << std::endl;
    findings.expect(idle < done, [] { return "no kill met a commit: nothing was tried"; });
    return done;
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const std::string_view durability = arguments.text("--durability", "both");
    const std::string file(arguments.text("--worker", ""));
    if (!file.empty()) {
        try {
            return work(file, durability == "full" ? Durability::full : Durability::deferred,
                        log_bytes_of(arguments.text("--log", "usual")));
        } catch (const std::exception& error) {
            std::cerr << "worker: " << error.what() << std::endl;
            return 4;
        }
    }
    const std::uint64_t kills = arguments.number("--kills", 10);
    const std::uint64_t seed = arguments.number("--seed", 1);
    std::cout << "seed " << seed << std::endl;
    test::Findings findings;
    const std::chrono::seconds time(arguments.number("--seconds", 0));
    std::uint64_t done = 0;
    if (durability != "deferred")
        done += run(Durability::full, kills, Clock::now() + time / 2, seed, findings);
    if (durability != "full")
        done += run(Durability::deferred, kills, Clock::now() + time / 2, seed, findings);
    test::figure("kills at random moments", done);
    return findings.result();
}
