// Deterministic simulation: many clients under a seeded scheduler over a simulated disk that fails and
// crashes. One number is a run: the store's settings, the clients and what they do, the schedule, the
// failures. Everything that clients saw is judged against a serial execution (oracle.hpp).
//   --seed 1 --seeds 100: these runs. --seconds 60: as many as fit. --jobs 2: processes.
//   --until-wrong 1: not further than the first finding of each process.
//   --trace 1: says what each run is about. Without arguments: the short form.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <iostream>

#include "core/block_pool.hpp"
#include "tests/sim/world.hpp"
#include "tests/support/program.hpp"

namespace {

using namespace vitrine;
using Clock = std::chrono::steady_clock;

struct Totals {
    std::uint64_t seeds, failed, switches, points, transactions, conflicts, crashes, collections,
        undone, trace;
};

void run_one(std::uint64_t seed, sim::Scheduler& scheduler, bool chatty, Totals& totals) {
    sim::World world(seed, scheduler);
    if (chatty) std::cout << "seed " << seed << ": " << world.plan.text() << std::endl;
    world.run();
    ++totals.seeds;
    totals.switches += scheduler.switches();
    totals.points += scheduler.points();
    totals.transactions += world.transactions;
    totals.conflicts += world.conflicts;
    totals.crashes += world.crashes.size();
    totals.collections += world.collections;
    totals.undone += world.undone;
    totals.trace ^= (scheduler.trace() + seed) * 0x9e3779b97f4a7c15ULL;  // in whatever order
    if (chatty)
        std::cout << "  " << scheduler.points() << " points, " << scheduler.switches()
                  << " switches, trace " << std::hex << scheduler.trace() << std::dec << std::endl;
    if (world.findings.empty()) return;
    ++totals.failed;
    std::cerr << "WRONG: seed " << seed << " (" << world.plan.text() << ")" << std::endl;
    for (std::size_t i = 0; i < world.findings.size() && i < 8; ++i)
        std::cerr << "  " << world.findings[i] << std::endl;
}

struct Work {
    std::uint64_t first, count, step;
    Clock::time_point end;
    bool chatty;
    bool backwards = false;
    bool until_wrong = false;
};

Totals run_all(const Work& work) {
    Totals totals{};
    sim::Scheduler scheduler;
    for (std::uint64_t i = 0; i < work.count && Clock::now() < work.end; ++i) {
        if (work.until_wrong && totals.failed != 0) break;
        run_one(work.first + (work.backwards ? work.count - 1 - i : i) * work.step, scheduler,
                work.chatty, totals);
    }
    return totals;
}

/// Processes of their own, so that a run which cannot end takes only its process with it.
Totals run_in_children(Work work, std::uint64_t jobs) {
    Totals sum{};
    std::vector<std::pair<pid_t, int>> children;
    std::cout.flush();
    for (std::uint64_t job = 0; job < jobs; ++job) {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            Work mine = work;
            mine.first += job;
            mine.count = work.count / jobs + (job < work.count % jobs ? 1 : 0);
            mine.step = jobs;
            const Totals totals = run_all(mine);
            const bool told = ::write(ends[1], &totals, sizeof totals) == sizeof totals;
            std::cout.flush();
            ::_exit(told && totals.failed == 0 ? 0 : 1);
        }
        ::close(ends[1]);
        children.emplace_back(child, ends[0]);
    }
    for (const auto& [child, pipe] : children) {
        Totals part{};
        const bool told = ::read(pipe, &part, sizeof part) == sizeof part;
        int status = 0;
        ::waitpid(child, &status, 0);
        if (!told) {
            ++sum.failed;
            std::cerr << "WRONG: a process of the simulation ended with status " << status
                      << std::endl;
        }
        auto* const to = reinterpret_cast<std::uint64_t*>(&sum);
        const auto* const from = reinterpret_cast<const std::uint64_t*>(&part);
        for (std::size_t i = 0; i < sizeof sum / sizeof *to; ++i) to[i] += from[i];
        ::close(pipe);
    }
    return sum;
}

/// A run depends on its number alone, not on what ran before it.
bool reproduces(std::uint64_t first) {
    Work work{first, 30, 1, Clock::now() + std::chrono::hours(24), false};
    const Totals forwards = run_in_children(work, 1);
    work.backwards = true;
    const Totals backwards = run_in_children(work, 1);
    return forwards.seeds == 30 && forwards.trace == backwards.trace;
}

}  // namespace

int main(int argc, char** argv) {
    core::BlockPool::set_pooling(false);  // it remembers the runs of before
    const test::Arguments arguments(argc, argv);
    const std::uint64_t seconds = arguments.number("--seconds", 0);
    const std::uint64_t shortly = test::kSanitized ? 60 : 1500;
    Work work{};
    work.first = arguments.number("--seed", 1);
    work.count = arguments.number("--seeds", seconds != 0 ? ~std::uint64_t{0} >> 1 : shortly);
    work.step = 1;
    work.end =
        Clock::now() + (seconds != 0 ? std::chrono::seconds(seconds) : std::chrono::hours(24));
    work.until_wrong = arguments.number("--until-wrong", 0) != 0;
    work.chatty = arguments.number("--trace", 0) != 0;
    const Totals totals = run_in_children(work, arguments.number("--jobs", seconds != 0 ? 2 : 1));
    std::cout << "seeds from " << work.first << ", trace " << std::hex << totals.trace << std::dec
              << std::endl;
    test::figure("simulation: seeds run", totals.seeds);
    test::figure("simulation: seeds that failed", totals.failed);
    test::figure("simulation: yield points passed", totals.points);
    test::figure("simulation: switches between clients", totals.switches);
    test::figure("simulation: transactions committed", totals.transactions);
    test::figure("simulation: conflicts", totals.conflicts);
    test::figure("simulation: crashes recovered from", totals.crashes);
    test::figure("simulation: collections of garbage", totals.collections);
    test::figure("simulation: commits undone", totals.undone);
    test::Findings findings;
    if (seconds == 0 && !work.chatty && totals.failed == 0 && !reproduces(work.first))
        findings.add("a run is not the same when others ran before it");
    if (totals.failed != 0) findings.add(std::to_string(totals.failed) + " runs");
    return findings.result();
}
