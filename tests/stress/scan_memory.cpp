// A store much larger than its cache is scanned, five times through one held snapshot and by four
// long-lived snapshots at a time, and the process's anonymous memory is watched: it stays within
// the budget and about as much again (invariant 9 of the design).
//   --mebibytes 1024 --cache 64: the long form, which must stay under 128 MiB.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/stress/ledger.capnp.h"
#include "tests/support/process_memory.hpp"
#include "tests/support/program.hpp"

namespace {

using namespace vitrine;
using ledger::Account;

constexpr std::size_t kMebibyte = 1 << 20;
constexpr std::size_t kTextBytes = 200;
constexpr std::size_t kOwnerBytes = 700;
constexpr std::size_t kRecordBytes = 1024;  // a text, an object, and two keys, as they are stored

std::string text_of(std::uint64_t number, std::size_t bytes) {
    std::string text = std::to_string(number) + ":";
    text.resize(bytes, static_cast<char>('a' + number % 26));
    return text;
}

class Peak {
  public:
    void sample() {
        const std::size_t now = test::anonymous_bytes();
        std::size_t peak = peak_.load();
        while (now > peak && !peak_.compare_exchange_weak(peak, now)) {
        }
    }
    [[nodiscard]] std::size_t bytes() const { return peak_.load(); }

  private:
    std::atomic<std::size_t> peak_{0};
};

void load(const std::filesystem::path& file, std::uint64_t records) {
    StoreOptions options;
    options.durability = Durability::deferred;
    Store store = Store::open(file, options);
    constexpr std::uint64_t kTogether = 4096;
    for (std::uint64_t begin = 0; begin < records; begin += kTogether)
        store.transact([&](Transaction& tx) {
            auto texts = tx.tree<std::uint64_t, std::string>("texts");
            auto accounts = tx.tree<std::uint64_t, Ref<Account>>("accounts");
            for (std::uint64_t i = begin; i < std::min(records, begin + kTogether); ++i) {
                texts.put(i, text_of(i, kTextBytes));
                accounts.put(i, tx.create<Account>([&](Account::Builder fresh) {
                    fresh.setOwner(text_of(i, kOwnerBytes));
                    fresh.setBalance(static_cast<std::int64_t>(i));
                }));
            }
        });
    store.close();
}

/// In a process of its own: what loading leaves in the heap is not the scan's.
bool load_elsewhere(const std::filesystem::path& file, std::uint64_t records) {
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            load(file, records);
            ::_exit(0);
        } catch (const std::exception& error) {
            std::cerr << error.what() << std::endl;
        }
        ::_exit(1);
    }
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

void scan(const Snapshot& snapshot, std::uint64_t records, Peak& peak, test::Findings& findings) {
    std::uint64_t seen = 0;
    std::string expected;
    for (auto [number, text] : snapshot.tree<std::uint64_t, std::string>("texts")) {
        findings.expect(number == seen && text.starts_with(std::to_string(number) + ":") &&
                            text.size() == kTextBytes,
                        [n = number] { return "text " + std::to_string(n); });
        if (++seen % 8192 == 0) peak.sample();
    }
    findings.expect(seen == records, [&] { return std::to_string(seen) + " texts"; });
    seen = 0;
    for (auto [number, ref] : snapshot.tree<std::uint64_t, Ref<Account>>("accounts")) {
        const auto account = snapshot.get(ref);
        findings.expect(account->getBalance() == static_cast<std::int64_t>(seen) &&
                            account->getOwner().size() == kOwnerBytes,
                        [n = number] { return "account " + std::to_string(n); });
        if (++seen % 8192 == 0) peak.sample();
    }
    findings.expect(seen == records, [&] { return std::to_string(seen) + " accounts"; });
    peak.sample();
}

/// A commit that supersedes texts all over the store, so that the next snapshot is another one.
/// Few of them: a commit's own memory comes on top of the cache.
void touch(Store& store, std::uint64_t records) {
    store.transact([&](Transaction& tx) {
        auto texts = tx.tree<std::uint64_t, std::string>("texts");
        for (std::uint64_t i = 0; i < records; i += records / 32 + 1)
            texts.update(i, [&](std::string text) {
                text.back() = static_cast<char>(text.back() == 'X' ? 'Y' : 'X');
                return text;
            });
    });
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const std::uint64_t store_bytes =
        arguments.number("--mebibytes", test::kSanitized ? 16 : 64) * kMebibyte;
    const std::size_t cache_bytes = arguments.number("--cache", 8) * kMebibyte;
    const std::uint64_t records = store_bytes / kRecordBytes;

    test::Findings findings;
    const core::testing::TemporaryFolder folder;
    if (!load_elsewhere(folder.file(), records)) {
        findings.add("loading failed");
        return findings.result();
    }
    const std::size_t before = test::anonymous_bytes();
    StoreOptions options;
    options.cache_bytes = cache_bytes;
    Store store = Store::open(folder.file(), options);
    std::cout << "file " << store.stats().file_bytes / kMebibyte << " MiB, cache "
              << cache_bytes / kMebibyte << " MiB, anonymous before " << before / 1024 << " KiB"
              << std::endl;

    const auto report = [&](const char* what, const Peak& peak) {
        // With a small cache, what the process and its threads are made of counts.
        const std::size_t limit = std::max(2 * cache_bytes, cache_bytes + 12 * kMebibyte);
        std::cout << what << ": anonymous memory at most " << peak.bytes() / 1024 << " KiB, cache "
                  << store.stats().cache_bytes / 1024 << " KiB, " << store.stats().cache_misses
                  << " loads" << std::endl;
        // A sanitizer's own memory is many times as large as the program's.
        findings.expect(test::kSanitized || peak.bytes() < limit, [&] {
            return std::string(what) + ": " + std::to_string(peak.bytes()) + " bytes, limit " +
                   std::to_string(limit);
        });
        // What was evicted last may still wait for a reader: Store::make_way leaves a mebibyte and a
        // sixteenth of the budget alone.
        const std::size_t waiting = kMebibyte + cache_bytes / 8;
        findings.expect(store.stats().cache_bytes <= cache_bytes + waiting, [&] {
            return std::string(what) + ": cache of " + std::to_string(store.stats().cache_bytes);
        });
    };
    {
        Peak peak;
        const Snapshot held = store.snapshot();
        for (int round = 0; round < 5; ++round) scan(held, records, peak, findings);
        report("five scans of one snapshot", peak);
    }
    {
        Peak peak;
        std::vector<Snapshot> held;
        for (int i = 0; i < 4; ++i) {
            held.push_back(store.snapshot());
            touch(store, records);
        }
        {
            std::vector<std::jthread> threads;
            for (const Snapshot& one : held)
                threads.emplace_back([&] {
                    test::guarded(findings, "scan", [&] { scan(one, records, peak, findings); });
                });
        }
        report("four snapshots at a time", peak);
    }
    return findings.result();
}
