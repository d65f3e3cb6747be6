#pragma once

#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "core/memory/memory_storage.hpp"
#include "tests/sim/oracle.hpp"
#include "tests/sim/scheduler.hpp"

namespace vitrine::sim {

/// What a seed decides before the run begins.
struct Plan {
    explicit Plan(std::uint64_t seed);
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool fails() const { return failing_write != 0 || failing_read_one_in != 0; }

    StoreOptions options{};
    std::size_t node_entries = 0;
    std::size_t steps = 0;             ///< of each client
    std::vector<std::size_t> clients;  ///< indices into kClientKinds
    bool crash = false;                ///< what is stored is copied at some moment
    std::size_t failing_write = 0;     ///< the n-th; 0: none
    core::memory::Failure failure{};
    bool failing_append = false;          ///< ... of those to the commit log
    std::size_t failing_read_one_in = 0;  ///< 0: none
};

struct World;

/// A client of the simulation.
struct ClientKind {
    const char* name;
    std::size_t weight;  ///< how often it is chosen
    void (*step)(World& world, const std::string& who, std::mt19937_64& random);
};
extern const std::vector<ClientKind> kClientKinds;

/// One simulated run: the store, its simulated disk, the clients' findings.
struct World {
    World(std::uint64_t seed, Scheduler& scheduler);

    const std::uint64_t seed;
    const Plan plan;
    Scheduler& scheduler;
    Oracle oracle;
    std::vector<std::string> findings;
    std::vector<Version> tree_commits;  ///< of clients, without slots, in the order of their ends
    std::set<Version> slot_commits;     ///< of clients, with slots
    int slot_commits_running = 0;
    std::optional<Store> store;
    core::memory::MemoryStorage* disk = nullptr;

    Version visible{};  ///< the newest version of which some client was told
    Version durable{};  ///< the newest of which a client was told that it is on disk
    std::uint64_t transactions = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t collections = 0;
    std::uint64_t undone = 0;

    /// A moment's disk, with what a process that dies then leaves to the next one.
    struct Crash {
        std::unique_ptr<core::memory::MemoryStorage> disk;
        Version durable{};  ///< told before
    };
    std::vector<Crash> crashes;

    void expect(bool good, const std::string& what) {
        if (!good) findings.push_back(what);
    }
    /// A client was told of a commit.
    void note_commit(Version version);
    void note_durable(Version version) { durable = std::max(durable, version); }
    void take_crash();

    /// All of it; what is wrong is in `findings`.
    void run();

  private:
    void set_up();
    void run_clients();
    void run_client(const ClientKind& kind, const std::string& who, std::uint64_t choices);
    void check_end();
    void check_storage(std::unique_ptr<core::memory::MemoryStorage> storage, Version least,
                       const std::string& what);
    void check_leaks(Store& again, const std::string& what);
};

/// Everything that clients see, through a snapshot.
State read_all(const Snapshot& snapshot, std::vector<std::string>& findings);

using Numbers = Tree<std::uint64_t, std::int64_t>;
using Texts = Tree<std::string, std::string>;

std::string text_key(std::size_t key);
/// Long ones among them, so that some are stored apart from their bucket.
std::string text_value(std::int64_t value);
std::int64_t value_of(std::string_view text);

}  // namespace vitrine::sim
