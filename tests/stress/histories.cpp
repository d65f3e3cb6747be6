// Real threads do transactions on the public API and write down everything that they saw; then two
// checkers that know nothing of the store, and nothing of each other, are asked whether what was seen
// can be explained: one looks for cycles of dependencies (tests/support/history/dependencies.hpp),
// the other does it all again on a std::map, in the order of the commit numbers (replay.hpp). Lists
// that grow, in objects and in tree values, and places in ranges, which phantoms would break; both
// isolations, both durabilities, with and without a past, through a cache far too small, with aborts,
// savepoints, held snapshots and snapshots of the past. What is on disk in the end is compared too.
//   --seconds 600 --seed 1 --transactions 1500 --load lists (or ranges)
#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/stress/histories/lists.hpp"
#include "tests/stress/histories/ranges.hpp"
#include "tests/support/history/dependencies.hpp"
#include "tests/support/history/replay.hpp"
#include "tests/support/program.hpp"

namespace {

using namespace vitrine;
using test::Key;
using test::Lists;
using test::Ranges;
using test::history::History;
using test::history::State;

constexpr std::uint64_t kThreads = 4;
constexpr std::size_t kCacheBytes = 32 << 10;

struct Case {
    Isolation isolation{};
    Durability durability{};
    bool past = false;

    [[nodiscard]] std::string name() const {
        return std::string(isolation == Isolation::serializable ? "serializable" : "snapshot") +
               (durability == Durability::full ? ", full" : ", deferred") + (past ? ", past" : "");
    }
    [[nodiscard]] StoreOptions options() const {
        StoreOptions options;
        options.cache_bytes = kCacheBytes;
        options.durability = durability;
        options.retention = past ? Retention::commits(200) : Retention::none();
        return options;
    }
};

struct Totals {
    std::uint64_t histories = 0;
    std::uint64_t transactions = 0;
    std::uint64_t committed = 0;
    std::uint64_t reads = 0;
    std::uint64_t skewed = 0;
    std::uint64_t evictions = 0;
};

// ---- what is on disk in the end ----

void add_lists(const Snapshot& snapshot, const char* tree, Key space, State& state) {
    for (auto [key, value] : snapshot.tree<std::uint64_t, std::string>(tree))
        state[space | key] = Lists::unpack(value);
}

State stored(const Snapshot& snapshot, const Lists*, const History& history) {
    State state;
    add_lists(snapshot, "lists", Lists::kTree, state);
    add_lists(snapshot, "slots", Lists::kSlots, state);
    for (const auto& transaction : history)  // every object that ever was tried
        for (const auto& op : transaction.ops)
            if (op.kind == test::Op::Kind::append &&
                (op.key & Lists::kObjects) == Lists::kObjects && (op.key & Lists::kTree) == 0)
                if (auto list = Lists::object(snapshot, op.key - Lists::kObjects))
                    state[op.key] = std::move(*list);
    return state;
}

State stored(const Snapshot& snapshot, const Ranges*, const History&) {
    State state;
    for (auto [key, value] : snapshot.tree<std::uint64_t, std::uint64_t>("places"))
        state[Ranges::kTree | key] = {value};
    return state;
}

void compare(const State& disk, const State& expected, test::Findings& findings) {
    for (const auto& [key, list] : expected)
        findings.expect(disk.contains(key) && disk.at(key) == list,
                        [&, lost = key] { return "on disk: list " + std::to_string(lost); });
    findings.expect(disk.size() == expected.size(), [&] {
        return "on disk: " + std::to_string(disk.size()) + " lists of " +
               std::to_string(expected.size());
    });
}

// ---- a history ----

template <class Load>
History make_history(test::Arena& arena, std::uint64_t transactions, std::uint64_t seed) {
    Load::prepare(arena.store);
    std::vector<test::Session> sessions;
    for (std::uint64_t t = 0; t <= kThreads; ++t) sessions.emplace_back(arena, t, seed);
    Load(sessions[0]).fill();
    arena.first = arena.store.version();
    {
        std::vector<std::jthread> threads;
        for (std::uint64_t t = 1; t <= kThreads; ++t)
            threads.emplace_back([&, t] {
                test::guarded(arena.findings, "session", [&] {
                    Load load(sessions[t]);
                    for (std::uint64_t n = 0; n < transactions; ++n) load.step();
                });
            });
    }
    History history;
    for (test::Session& session : sessions) {
        History part = session.take();
        std::move(part.begin(), part.end(), std::back_inserter(history));
    }
    return history;
}

template <class Load>
State check(const History& history, Isolation isolation, Totals& totals, test::Findings& findings) {
    const bool serializable = isolation == Isolation::serializable;
    if constexpr (Load::kGrowing) {
        const auto report =
            test::history::check_dependencies(history, {.serializable = serializable});
        for (const auto& anomaly : report.anomalies())
            findings.add("dependencies: " + name_of(anomaly.what, anomaly.order) + ": " +
                         anomaly.why);
    }
    auto replayed = test::history::replay(history, serializable);
    for (const std::string& wrong : replayed.wrong) findings.add("replay: " + wrong);
    ++totals.histories;
    totals.transactions += history.size();
    totals.reads += replayed.checked;
    totals.skewed += replayed.skewed;
    for (const auto& one : history)
        totals.committed += one.outcome == test::history::Outcome::committed;
    return std::move(replayed.newest);
}

template <class Load>
void run(const Case& one, std::uint64_t transactions, std::uint64_t seed, Totals& totals,
         test::Findings& findings) {
    const std::uint64_t before = findings.count();
    const core::testing::TemporaryFolder folder;
    History history;
    {
        test::Arena arena{Store::open(folder.file(), one.options()), one.isolation, findings};
        history = make_history<Load>(arena, transactions, seed);
        totals.evictions += arena.store.stats().evictions;
        arena.store.close();
    }
    const State expected = check<Load>(history, one.isolation, totals, findings);
    if constexpr (!Load::kGrowing) {
        const std::string broken = Load::broken_rule({expected.begin(), expected.end()});
        if (one.isolation == Isolation::serializable && !broken.empty())
            findings.add("in the end: " + broken);
    }
    const Store store = Store::open(folder.file(), one.options());
    compare(stored(store.snapshot(), static_cast<Load*>(nullptr), history), expected, findings);
    for (const Fault& fault : store.verify().faults) findings.add("verify: " + fault.what);
    if (findings.count() != before)
        findings.add("these were of seed " + std::to_string(seed) + ", " + one.name());
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const std::chrono::seconds length(arguments.number("--seconds", 0));
    const std::uint64_t transactions =
        arguments.number("--transactions", test::kSanitized ? 300 : 1600);
    const std::string_view load = arguments.text("--load", "both");
    std::uint64_t seed = arguments.number("--seed", 1);
    std::cout << "seed " << seed << std::endl;

    test::Findings findings;
    Totals totals;
    const auto deadline = std::chrono::steady_clock::now() + length;
    do {
        for (const Isolation isolation : {Isolation::serializable, Isolation::snapshot})
            for (const Durability durability : {Durability::deferred, Durability::full}) {
                const Case one{isolation, durability,
                               (seed + (durability == Durability::full)) % 2 == 0};
                test::guarded(findings, one.name(), [&] {
                    // Synced commits take so much longer that most of the work is left to the others.
                    const std::uint64_t each =
                        durability == Durability::full ? transactions / 4 : transactions;
                    if (load != "ranges") run<Lists>(one, each, seed, totals, findings);
                    if (load != "lists") run<Ranges>(one, each, seed, totals, findings);
                });
            }
        ++seed;
    } while (std::chrono::steady_clock::now() < deadline && findings.count() == 0);

    test::figure("histories checked", totals.histories);
    test::figure("transactions in histories", totals.transactions);
    test::figure("transactions in histories that committed", totals.committed);
    test::figure("reads checked against a replay", totals.reads);
    test::figure("write skews that snapshot isolation allowed", totals.skewed);
    std::cout << totals.evictions << " evictions" << std::endl;
    findings.expect(
        totals.committed > 0 && totals.committed < totals.transactions && totals.evictions > 0,
        [] { return "nothing was tried"; });
    return findings.result();
}
