// Transfers between accounts, auditors that look on, and a ledger that survives a crash.
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <vitrine/vitrine.hpp>

#include "audit.hpp"
#include "bank.hpp"
#include "day.hpp"
#include "receipts.hpp"

namespace {

namespace fs = std::filesystem;

constexpr int kAccounts = 50;
constexpr std::int64_t kOpening = 1000;

struct Arguments {
    fs::path store = fs::temp_directory_path() / "bank.vitrine";
    bank::DayPlan plan;
    bool crash = false;
};

// Prints what the books say; returns whether they are in order.
bool check_books(const vitrine::Snapshot& snapshot, const fs::path& receipts_file) {
    const auto audit = bank::audit(snapshot);
    fmt::print("ledger: {} transfers between {} accounts; {}\n", audit.transfers, audit.accounts,
               audit.ok() ? "it replays to the balances" : "IT DOES NOT REPLAY TO THE BALANCES");

    const auto receipts = bank::Receipts::read(receipts_file);
    const auto ledger = snapshot.tree<bank::Receipt, bank::Transfer>(bank::kLedger);
    const auto missing = std::ranges::count_if(
        receipts, [&](const bank::Receipt& receipt) { return !ledger.contains(receipt); });
    fmt::print("receipts: {} transfers were acknowledged; {}\n", receipts.size(),
               missing == 0 ? "all are in the ledger" : fmt::format("{} ARE MISSING", missing));
    return audit.ok() && missing == 0;
}

// Returns whether all went as promised.
bool run(const Arguments& arguments) {
    const fs::path receipts_file = arguments.store.string() + "-receipts";
    auto store = vitrine::Store::open(arguments.store);
    bank::Receipts receipts(receipts_file);
    const bool reopened = store.version() != vitrine::Version{};
    fmt::print("{} {}\n", reopened ? "reopened" : "opened", arguments.store.string());
    bank::open_accounts(store, kAccounts, kOpening);
    if (reopened && !check_books(store.snapshot(), receipts_file)) return false;

    bank::DayPlan plan = arguments.plan;
    if (arguments.crash) {
        plan.crash_after = plan.transfers / 2;
        fmt::print(
            "killing this process after {} of {} transfers; run it again to see what is "
            "left\n",
            *plan.crash_after, plan.transfers);
    }
    std::fflush(stdout);
    const auto day = bank::work_a_day(store, receipts, plan);
    fmt::print("{} tellers made {} transfers and refused {}; {} audits beside them, {} failed\n",
               plan.tellers, day.transfers, day.refused, day.audits, day.failed_audits);
    const bool in_order = check_books(store.snapshot(), receipts_file);
    store.close();
    return in_order && day.failed_audits == 0;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app{
        "Tellers transfer money between accounts while auditors replay the ledger of every\n"
        "snapshot that they can get. With --crash the process kills itself in the middle; the\n"
        "next run checks that every acknowledged transfer is there."};
    app.add_option("store", arguments.store, "the store; receipts are kept beside it")
        ->capture_default_str();
    app.add_option("--transfers", arguments.plan.transfers, "transfers to make")
        ->check(CLI::Range(2u, 100'000'000u))
        ->capture_default_str();
    app.add_option("--tellers", arguments.plan.tellers, "threads that transfer")
        ->check(CLI::Range(1u, 256u))
        ->capture_default_str();
    app.add_option("--auditors", arguments.plan.auditors, "threads that audit")
        ->check(CLI::Range(0u, 256u))
        ->capture_default_str();
    app.add_flag("--crash", arguments.crash, "kill this process half-way (SIGKILL)");
    CLI11_PARSE(app, argc, argv);
    try {
        return run(arguments) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& error) {
        fmt::print(stderr, "bank: {}\n", error.what());
        return EXIT_FAILURE;
    }
}
