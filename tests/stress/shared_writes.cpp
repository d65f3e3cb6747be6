// Counts what reading writes: every store into memory that the store had before the reader came is
// caught (the memory is read-only meanwhile, and each store that faults is let through alone). A
// reader may write its own mark, a cache line that nobody else writes; anything else would have
// cores wait for each other. What writes by design (a handle counts) shows that the search finds.
//   --seed 1
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/stress/ledger.capnp.h"
#include "tests/stress/shared_writes/arena.hpp"
#include "tests/support/program.hpp"

namespace {

using vitrine::stress::arena;

constexpr std::size_t kLine = 64;
constexpr std::size_t kPage = 4096;

/// The lines written while the arena is read-only. Only what signal handlers may touch.
struct Trace {
    static constexpr std::size_t kMost = 100'000;
    std::array<std::uintptr_t, kMost> lines;
    std::size_t count = 0;
    void* page = nullptr;  // of the store that is let through
};
Trace trace;

#ifdef __x86_64__
constexpr greg_t kTrapFlag = 0x100;

void on_fault(int, siginfo_t* info, void* context) {
    if (!arena().has(info->si_addr)) {
        ::signal(SIGSEGV, SIG_DFL);  // comes again, and ends the process
        return;
    }
    const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
    if (trace.count < Trace::kMost) trace.lines[trace.count++] = address / kLine;
    trace.page = reinterpret_cast<void*>(address / kPage * kPage);
    ::mprotect(trace.page, kPage, PROT_READ | PROT_WRITE);
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] |= kTrapFlag;
}

void after_the_store(int, siginfo_t*, void* context) {
    ::mprotect(trace.page, kPage, PROT_READ);
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
}
constexpr bool kWorks = !vitrine::test::kSanitized;
#else
void on_fault(int, siginfo_t*, void*) { std::abort(); }
void after_the_store(int, siginfo_t*, void*) { std::abort(); }
constexpr bool kWorks = false;
#endif

void catch_stores() {
    struct sigaction action {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = on_fault;
    ::sigaction(SIGSEGV, &action, nullptr);
    action.sa_sigaction = after_the_store;
    ::sigaction(SIGTRAP, &action, nullptr);
}

/// The lines of the arena that `work` stores to, once for each store. Valid until the next call. One
/// thread at a time.
template <class Work>
std::span<const std::uintptr_t> stores_of(Work work) {
    trace.count = 0;
    arena().protect(PROT_READ);
    work();
    arena().protect(PROT_READ | PROT_WRITE);
    return std::span(trace.lines).first(trace.count);
}

using namespace vitrine;
using ledger::Account;
using Lines = std::set<std::uintptr_t>;

constexpr std::uint64_t kKeys = 20'000;
constexpr std::size_t kReads = 200;

std::string text_of(std::uint64_t i) { return "key " + std::to_string(i * 7919 % kKeys); }

struct Books {
    Store store;
    std::vector<Ref<Account>> accounts{};

    explicit Books(const std::filesystem::path& file) : store(Store::open(file, options())) {
        store.transact([&](Transaction& tx) {
            accounts.clear();
            auto numbers = tx.tree<std::uint64_t, std::uint64_t>("numbers");
            auto texts = tx.tree<std::string, std::string>("texts");
            for (std::uint64_t i = 0; i < kKeys; ++i) {
                accounts.push_back(tx.create<Account>(
                    [&](Account::Builder account) { account.setBalance(1000); }));
                numbers.put(i, i);
                texts.put(text_of(i), "value");
            }
        });
    }
    /// No thread of the store's own.
    static StoreOptions options() {
        StoreOptions chosen;
        chosen.log_bytes = 0;
        return chosen;
    }
};

/// One reader thread: what each way to read writes, but for its own lines.
class Reader {
  public:
    Reader(const Books& books, const Snapshot& snapshot, std::uint64_t seed,
           test::Findings& findings)
        : books_(books), snapshot_(snapshot), random_(seed), findings_(findings) {}

    /// `meanwhile` is called while the reader still has its marks.
    void run(auto meanwhile) {
        const auto none = [] {};
        const auto tree = snapshot_.tree<std::uint64_t, std::uint64_t>("numbers");
        static_cast<void>(tree.contains(1));  // the thread has its mark from here on
        for (const auto line : stores_of([&] { static_cast<void>(tree.contains(1)); }))
            own_.insert(line);
        if (own_.size() > 1)  // none when it is newer than the arena
            findings_.add("a reader has " + std::to_string(own_.size()) + " lines");
        if (!stores_of(none).empty()) findings_.add("nothing writes something");

        read_all(snapshot_.view(), tree);
        if (count([&] { static_cast<void>(snapshot_.get(account())); }) == 0)
            findings_.add("the search does not see that a handle counts");
        meanwhile();
    }
    [[nodiscard]] const Lines& own() const { return own_; }

  private:
    void read_all(const View& view, const Tree<std::uint64_t, std::uint64_t>& owned) {
        const auto numbers = view.tree<std::uint64_t, std::uint64_t>("numbers");
        const auto texts = view.tree<std::string, std::string>("texts");
        std::vector<std::uint64_t> keys(64);
        for (auto& key : keys) key = random_() % kKeys;
        expect_none("an object through a view", [&] { sum_ += view.get(account()).getBalance(); });
        expect_none("a number of a view's tree", [&] { sum_ += *numbers.find(number()); });
        expect_none("a text of a view's tree",
                    [&] { sum_ += texts.find(text_of(number()))->size(); });
        expect_none("many numbers together",
                    [&] { sum_ += numbers.find_many(keys).front().value(); });
        expect_none("a number of a snapshot's tree", [&] { sum_ += *owned.find(number()); });
        expect_none("whether a key is there", [&] { sum_ += owned.contains(number()) ? 1 : 0; });
        // An iterator holds the bucket that it is on, and the header's snapshot: a few counts for
        // some dozens of items, as with any handle.
        expect_at_most(16, "a range of a hundred", [&] {
            const std::uint64_t low = number();
            for (auto [key, value] : numbers.range(low, low + 100)) sum_ += key + value;
        });
    }
    std::size_t count(auto work) {
        std::size_t others = 0;
        for (const auto line : stores_of(work)) others += own_.contains(line) ? 0U : 1U;
        return others;
    }
    void expect_none(const char* what, auto work) { expect_at_most(0, what, work); }
    void expect_at_most(std::size_t most, const char* what, auto work) {
        work();
        std::size_t shared = 0;
        for (std::size_t i = 0; i < kReads; ++i) shared += count(work);
        std::cout << "figure: stores to shared memory in " << kReads << " times " << what << ": "
                  << shared << '\n';
        if (shared > most * kReads) findings_.add(std::string(what) + " writes what others read");
    }
    std::uint64_t number() { return random_() % kKeys; }
    Ref<Account> account() { return books_.accounts[number()]; }

    const Books& books_;
    const Snapshot& snapshot_;
    std::mt19937_64 random_;
    test::Findings& findings_;
    Lines own_;
    std::uint64_t sum_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const std::uint64_t seed = arguments.number("seed", 1);
    if (!kWorks) {
        std::cout << "not here: it needs an x86-64 processor, and no sanitizer\n";
        return 0;
    }
    const core::testing::TemporaryFolder folder;
    Books books(folder.file("books"));
    const Snapshot snapshot = books.store.snapshot();
    {
        // Everything is in memory, and marked as used lately, before the readers come.
        const View view = snapshot.view();
        for (const auto& account : books.accounts) static_cast<void>(view.get(account));
        const auto numbers = snapshot.tree<std::uint64_t, std::uint64_t>("numbers");
        const auto texts = snapshot.tree<std::string, std::string>("texts");
        for (std::uint64_t i = 0; i < kKeys; ++i)
            static_cast<void>(numbers.contains(i) && texts.contains(text_of(i)));
    }
    arena().close();
    catch_stores();
    test::Findings findings;
    Reader first(books, snapshot, seed, findings);
    Reader second(books, snapshot, seed + 1, findings);
    // The second while the first one has its marks, or it would take over the same.
    std::thread([&] { first.run([&] { std::thread([&] { second.run([] {}); }).join(); }); }).join();
    for (const auto line : second.own())
        if (first.own().contains(line)) findings.add("two readers share a line");
    return findings.result();
}
