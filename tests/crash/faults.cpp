// The n-th allocation fails, or the n-th write, sync, truncation, mapping, read, opening or renaming
// of a file: n = 1, 2 … until the scenario completes without meeting the fault; once, or from then
// on. Each ends in the documented error or in success; the store in the process goes on; opened
// again, it has all that was acknowledged and is sound. Each scenario plays in a child process: one
// that dies is a finding too.
//   --seconds 100 --seed 1 --scenario "undo" --kind "no memory" --call 17 --points 0 (all)
// Without arguments some of the calls of each kind are taken.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "core/block_pool.hpp"
#include "tests/crash/faults/trial.hpp"
#include "tests/crash/memory_folder.hpp"
#include "tests/interpose/files.hpp"
#include "tests/interpose/memory.hpp"

namespace {

using namespace vitrine;
using namespace vitrine::crash;
using Clock = std::chrono::steady_clock;

/// What a child tells, even when it dies.
struct Told {
    std::size_t kind = 0;
    std::uint64_t call = 0;  ///< of the trial under way
    std::uint64_t injected = 0;
    std::uint64_t wrong = 0;
    std::uint64_t most_calls = 0;
};

struct Run {
    std::uint64_t seed = 1;
    std::uint64_t points = 0;  ///< of each kind; 0: all
    std::string only_kind;
    std::uint64_t only_call = 0;
    Clock::time_point end;
    std::filesystem::path folder;
    Told* told = nullptr;
};

/// Which calls of so many fail: all, or some that are spread over them.
std::vector<std::uint64_t> choose(std::uint64_t calls, const Run& run) {
    if (run.only_call != 0) return {run.only_call};
    std::vector<std::uint64_t> chosen;
    const std::uint64_t count = run.points == 0 ? calls : std::min(run.points, calls);
    std::mt19937_64 random(run.seed);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t from = i * calls / count;
        const std::uint64_t width = (i + 1) * calls / count - from;
        chosen.push_back(1 + from + random() % width);
    }
    return chosen;
}

/// In the child. Begins after the trial in which the one before it died.
void play_all(const Scenario& scenario, const Run& run, Told after) {
    constexpr unsigned kPatience = test::kSanitized ? 120 : 20;  // s; what hangs is killed
    constexpr std::uint64_t kNever = ~std::uint64_t{0} / 2;
    test::Findings findings;
    Rehearsed rehearsed(scenario, run.folder);
    Told& now = *run.told;
    for (std::size_t kind = after.kind; kind < fault_kinds().size(); ++kind) {
        const FaultKind& fault = fault_kinds()[kind];
        if (!run.only_kind.empty() && run.only_kind != fault.name) continue;
        now.kind = kind;
        now.call = 0;
        ::alarm(kPatience);
        const std::uint64_t calls = rehearsed.play(fault, kNever, findings);
        now.most_calls = std::max(now.most_calls, calls);
        for (const std::uint64_t call : choose(calls, run)) {
            if (kind == after.kind && call <= after.call) continue;
            if (Clock::now() > run.end) break;
            now.call = call;
            ::alarm(kPatience);
            if (rehearsed.play(fault, call, findings) >= call) ++now.injected;
            now.wrong = findings.count();
        }
    }
    now.wrong = findings.count();
}

void play(const Scenario& scenario, const Run& run, test::Findings& findings) {
    constexpr std::uint64_t kDeaths = 20;
    Told& now = *run.told;
    for (std::uint64_t deaths = 0; deaths < kDeaths; ++deaths) {
        const Told after = now;
        now.wrong = 0;
        const pid_t child = ::fork();
        if (child == 0) {
            try {
                play_all(scenario, run, deaths == 0 ? Told{} : after);
            } catch (const std::exception& error) {
                std::cerr << scenario.name << ", without a fault: " << error.what() << std::endl;
                ::_exit(2);
            }
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        if (now.wrong != 0)
            findings.add(scenario.name + ": " + std::to_string(now.wrong) + " trials went wrong");
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
        findings.add(scenario.name + ", " + fault_kinds()[now.kind].name + ", call " +
                     std::to_string(now.call) + ": the process died: " +
                     (WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status))
                                          : "exit code " + std::to_string(WEXITSTATUS(status))));
        if (now.call == 0) return;
        ++now.injected;
    }
}

}  // namespace

int main(int argc, char** argv) {
    core::BlockPool::set_pooling(false);  // so that any allocation can fail
    const test::Arguments arguments(argc, argv);
    Run run;
    run.seed = arguments.number("--seed", 1);
    const std::uint64_t seconds = arguments.number("--seconds", 0);
    run.points = arguments.number("--points", test::kSanitized ? 2 : 6);
    run.only_kind = arguments.text("--kind", "");
    run.only_call = arguments.number("--call", 0);
    run.end = Clock::now() + std::chrono::seconds(seconds == 0 ? 3600 : seconds);
    const std::string only(arguments.text("--scenario", ""));
    std::cout << "seed " << run.seed << std::endl;

    const MemoryFolder folder;
    run.folder = folder.file("scenario");
    void* const shared =
        ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    run.told = new (shared) Told;
    test::Findings findings;
    std::uint64_t scenarios = 0;
    std::uint64_t injected = 0;
    const auto all = all_scenarios();
    // With time given: again with other and more calls, as long as there is time.
    for (bool more = true; more; more = seconds != 0 && Clock::now() < run.end) {
        scenarios = 0;
        for (const Scenario& scenario : all) {
            if (!only.empty() && scenario.name != only) continue;
            *run.told = Told{};
            const Clock::time_point begun = Clock::now();
            play(scenario, run, findings);
            ++scenarios;
            injected += run.told->injected;
            findings.expect(run.told->injected != 0 || Clock::now() > run.end,
                            [&] { return scenario.name + ": nothing was tried"; });
            const std::chrono::duration<double> took = Clock::now() - begun;
            std::cout << scenario.name << ": " << run.told->injected << " faults, " << took.count()
                      << " s" << std::endl;
        }
        run.points *= 4;
        ++run.seed;
    }
    test::figure("fault scenarios", scenarios);
    test::figure("faults injected", injected);
    return findings.result();
}
