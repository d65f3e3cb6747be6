// Transfers from several writers, accounts opened and closed meanwhile, while auditors add up every
// snapshot that they can get, in objects, in a tree of balances and inside transactions, through a
// cache that holds a part of it. No state may ever show money made or lost.
//   --seconds 60 --seed 1
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
#include "tests/stress/ledger.capnp.h"
#include "tests/support/program.hpp"

namespace {

using namespace vitrine;
using ledger::Account;
using Accounts = Tree<std::string, Ref<Account>>;
using Balances = Tree<std::int64_t, std::int64_t>;

constexpr int kAccounts = test::kSanitized ? 100 : 400;
constexpr std::int64_t kOpening = 1000;
constexpr std::int64_t kTotal = kAccounts * kOpening;
constexpr std::size_t kCacheBytes = 64 << 10;

std::string name_of(std::int64_t i) { return "account-" + std::to_string(i); }

struct Bank {
    Store store;
    test::Findings findings{};
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> audits{0};
    std::atomic<std::uint64_t> transfers{0};
};

void open_accounts(Store& store) {
    store.transact([](Transaction& tx) {
        auto accounts = tx.tree<std::string, Ref<Account>>("accounts");
        auto balances = tx.tree<std::int64_t, std::int64_t>("balances");
        for (int i = 0; i < kAccounts; ++i) {
            const auto account = tx.create<Account>([&](Account::Builder fresh) {
                fresh.setOwner("owner of " + name_of(i));
                fresh.setBalance(kOpening);
            });
            accounts.put(name_of(i), account);
            balances.put(i, kOpening);
        }
    });
}

/// The two kinds of books must agree, in total and one by one. Get: Snapshot or Transaction.
void audit(Bank& bank, const char* who, const Accounts& accounts, const Balances& balances,
           auto&& balance_of) {
    std::int64_t objects = 0;
    std::int64_t entries = 0;
    for (auto [name, account] : accounts) objects += balance_of(account);
    for (auto [number, balance] : balances) entries += balance;
    bank.findings.expect(objects == kTotal && entries == kTotal, [&] {
        return std::string(who) + ": objects hold " + std::to_string(objects) + ", entries " +
               std::to_string(entries) + " of " + std::to_string(kTotal);
    });
    bank.findings.expect(accounts.size() == balances.size() && accounts.size() == kAccounts, [&] {
        return std::string(who) + ": " + std::to_string(accounts.size()) + " accounts, " +
               std::to_string(balances.size()) + " balances";
    });
    ++bank.audits;
}

void audit(Bank& bank, const char* who, const Snapshot& snapshot) {
    audit(bank, who, snapshot.tree<std::string, Ref<Account>>("accounts"),
          snapshot.tree<std::int64_t, std::int64_t>("balances"),
          [&](Ref<Account> account) { return snapshot.get(account)->getBalance(); });
}

/// The transaction's own reads, written back as nothing: commits without conflict.
void audit_inside(Bank& bank) {
    bank.store.transact([&](Transaction& tx) {
        audit(bank, "transaction", tx.tree<std::string, Ref<Account>>("accounts"),
              tx.tree<std::int64_t, std::int64_t>("balances"),
              [&](Ref<Account> account) { return tx.get(account).getBalance(); });
    });
}

void transfer(Bank& bank, std::mt19937_64& random) {
    const auto from = static_cast<std::int64_t>(random() % kAccounts);
    const auto to = static_cast<std::int64_t>((from + 1 + random() % (kAccounts - 1)) % kAccounts);
    const auto amount = static_cast<std::int64_t>(random() % 20);
    const bool reopen = random() % 8 == 0;
    TransactionOptions patient;
    patient.attempts = 1000;
    bank.store.transact(
        [&](Transaction& tx) {
            auto accounts = tx.tree<std::string, Ref<Account>>("accounts");
            auto balances = tx.tree<std::int64_t, std::int64_t>("balances");
            Ref<Account> payer = accounts.at(name_of(from));
            const Ref<Account> payee = accounts.at(name_of(to));
            if (reopen) {  // the account goes, and a new one takes its name and money
                const auto successor = tx.create<Account>(tx.get(payer));
                tx.erase(payer);
                accounts.put(name_of(from), successor);
                payer = successor;
            }
            auto a = tx.edit(payer);
            auto b = tx.edit(payee);
            a.setBalance(a.getBalance() - amount);
            b.setBalance(b.getBalance() + amount);
            payee.store(a.initPartner());
            balances.add(from, -amount);
            balances.update(to, [&](std::int64_t balance) { return balance + amount; });
        },
        patient);
    ++bank.transfers;
}

template <class Step>
std::jthread repeat(Bank& bank, const char* who, Step step) {
    return std::jthread([&bank, who, step = std::move(step)]() mutable {
        test::guarded(bank.findings, who, [&] {
            while (!bank.done) step();
        });
    });
}

void work(Bank& bank, std::chrono::milliseconds length, std::uint64_t seed) {
    const auto deadline = std::chrono::steady_clock::now() + length;
    std::vector<std::jthread> threads;
    for (unsigned w = 0; w < 3; ++w)
        threads.push_back(repeat(
            bank, "writer",
            [&bank, random = std::mt19937_64(seed + w)]() mutable { transfer(bank, random); }));
    threads.push_back(
        repeat(bank, "auditor", [&bank] { audit(bank, "snapshot", bank.store.snapshot()); }));
    threads.push_back(repeat(bank, "inside", [&bank] { audit_inside(bank); }));
    threads.push_back(repeat(bank, "trimmer", [&bank] { bank.store.trim_cache(); }));
    Snapshot held = bank.store.snapshot();  // shows the same for a while, then a newer state
    for (int round = 0; std::chrono::steady_clock::now() < deadline; ++round) {
        audit(bank, "held snapshot", held);
        if (round % 10 == 9) held = bank.store.snapshot();
    }
    bank.done = true;
}

void run(Durability durability, std::chrono::milliseconds length, std::uint64_t seed,
         test::Findings& findings) {
    const core::testing::TemporaryFolder folder;
    StoreOptions options;
    options.cache_bytes = kCacheBytes;
    options.durability = durability;
    {
        Bank bank{Store::open(folder.file(), options)};
        open_accounts(bank.store);
        test::guarded(bank.findings, "main", [&] { work(bank, length, seed); });
        bank.store.close();
        std::cout << (durability == Durability::full ? "full: " : "deferred: ") << bank.transfers
                  << " transfers, " << bank.audits << " audits" << std::endl;
        if (bank.findings.count() != 0) findings.add("while running");
        findings.expect(bank.transfers > 0 && bank.audits > 0, [] { return "nothing was tried"; });
    }
    Bank reopened{Store::open(folder.file(), options)};
    audit(reopened, "reopened", reopened.store.snapshot());
    for (const Fault& fault : reopened.store.verify().faults) findings.add("verify: " + fault.what);
    if (reopened.findings.count() != 0) findings.add("after reopening");
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const std::chrono::milliseconds length(1000 * arguments.number("--seconds", 4));
    const std::uint64_t seed = arguments.number("--seed", 1);
    std::cout << "seed " << seed << std::endl;
    test::Findings findings;
    run(Durability::full, length / 2, seed, findings);
    run(Durability::deferred, length / 2, seed, findings);
    return findings.result();
}
