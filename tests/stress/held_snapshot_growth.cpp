// What one snapshot that is held throughout costs the file, under Retention::none(): random updates go
// on for a while; every object keeps the one version that the snapshot shows and the newest one, and
// nothing between. After the snapshot's end the same load fits into what it left.
//   --objects 1000000 --seconds 600 --seed 1
// Without arguments: a short form. Prints the figures; wrong data, a file that goes on growing, or
// space that is not reused is a failure.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/stress/ledger.capnp.h"
#include "tests/support/program.hpp"

namespace {

using namespace vitrine;
using ledger::Account;

constexpr std::size_t kPerCommit = 100;
constexpr double kMiB = 1 << 20;

struct Load {
    Store& store;
    const std::vector<Ref<Account>>& accounts;
    std::mt19937_64 random;
    std::uint64_t updates = 0;

    void commit() {
        store.transact([&](Transaction& tx) {
            for (std::size_t i = 0; i < kPerCommit; ++i) {
                auto account = tx.edit(accounts[random() % accounts.size()]);
                account.setBalance(account.getBalance() + 1);
            }
        });
        updates += kPerCommit;
    }
    /// Some updates for each object, so that almost every one is touched.
    void round(std::uint64_t per_object) {
        const std::uint64_t end = updates + per_object * accounts.size();
        while (updates < end) commit();
        store.flush();
    }
};

std::vector<Ref<Account>> open_accounts(Store& store, std::size_t count) {
    std::vector<Ref<Account>> accounts;
    while (accounts.size() < count)
        store.transact([&](Transaction& tx) {
            for (int i = 0; i < 1000 && accounts.size() < count; ++i)
                accounts.push_back(tx.create<Account>([&](Account::Builder fresh) {
                    fresh.setOwner(std::string(60 + accounts.size() % 24, 'o'));
                }));
        });
    store.flush();
    return accounts;
}

double used(const Store& store) {
    const Stats stats = store.stats();
    return static_cast<double>(stats.file_bytes - stats.free_bytes) / kMiB;
}
/// Without the commit log beside, which has a size of its own.
double size(const std::filesystem::path& file) {
    return static_cast<double>(std::filesystem::file_size(file)) / kMiB;
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const std::size_t objects = arguments.number("--objects", test::kSanitized ? 2000 : 20000);
    const std::uint64_t seed = arguments.number("--seed", 1);
    // Of updates under the snapshot, three for each object at least.
    const std::chrono::seconds length(arguments.number("--seconds", 0));

    const core::testing::TemporaryFolder folder;
    test::Findings findings;
    Store store = Store::open(folder.file(), {.durability = Durability::deferred});
    const auto accounts = open_accounts(store, objects);
    Load load{store, accounts, std::mt19937_64(seed)};
    const double loaded = used(store);
    load.round(1);
    const double before = used(store);
    const double file_before = size(folder.file());

    std::optional<Snapshot> held = store.snapshot();
    std::int64_t sum = 0;
    for (const auto account : accounts) sum += held->get(account)->getBalance();
    const auto end = std::chrono::steady_clock::now() + length;
    load.round(3);
    const double after_three = used(store);
    while (std::chrono::steady_clock::now() < end) load.round(1);
    const double under_snapshot = used(store);
    const double file_under_snapshot = size(folder.file());
    std::int64_t again = 0;
    for (const auto account : accounts) again += held->get(account)->getBalance();
    findings.expect(sum == again, [] { return std::string("the snapshot changed"); });
    const VerifyReport report = store.verify();
    findings.expect(report.ok(), [&] { return report.faults.front().what; });
    const std::uint64_t kept = report.versions - report.objects;

    held.reset();
    load.round(3);
    const double released = used(store);
    const double file_released = size(folder.file());
    load.round(6);
    const double file_after = size(folder.file());

    const double needed = static_cast<double>(report.bytes) * static_cast<double>(kept) /
                          static_cast<double>(report.versions) / kMiB;
    std::cout << objects << " objects, " << load.updates << " updates, " << kept
              << " old versions kept (" << needed << " MiB of rows)\n"
              << "used MiB: loaded " << loaded << ", before " << before << ", under the snapshot "
              << under_snapshot << " (+" << under_snapshot - before << ", "
              << (under_snapshot - before) / before << " of what was there, "
              << (under_snapshot - before) / needed << " of the rows), after its end " << released
              << "\nfile MiB: before " << file_before << ", under the snapshot "
              << file_under_snapshot << ", after its end " << file_released << ", in the end "
              << file_after << "\n";
    findings.expect(kept <= objects, [] { return std::string("more than one old version each"); });
    findings.expect(under_snapshot <= after_three * 1.1 + 1,
                    [] { return std::string("the file goes on growing"); });
    findings.expect(file_after <= file_released * 1.1 + 1,
                    [] { return std::string("freed space is not reused"); });
    return findings.result();
}
