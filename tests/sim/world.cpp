#include "tests/sim/world.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "bindings/cpp/src/store_over.hpp"
#include "btree/tree_commit.hpp"
#include "mvcc/epoch.hpp"
#include "tests/sim/thing.capnp.h"

namespace vitrine::sim {
namespace {

using core::memory::Failure;
using core::memory::MemoryStorage;
using simulated::Thing;

template <class T>
T one_of(std::mt19937_64& random, std::initializer_list<T> choices) {
    return *(choices.begin() + random() % choices.size());
}

const char* name_of(Failure failure) {
    return failure == Failure::clean      ? "clean"
           : failure == Failure::in_doubt ? "in doubt"
                                          : "in doubt, stored";
}

/// The sizes of nodes while it lives.
class NodeSizes {
  public:
    explicit NodeSizes(std::size_t entries) : before_(btree::node_limits()) {
        btree::node_limits() = {.max_entries = entries};
    }
    NodeSizes(const NodeSizes&) = delete;
    NodeSizes& operator=(const NodeSizes&) = delete;
    ~NodeSizes() { btree::node_limits() = before_; }

  private:
    const btree::Limits before_;
};

}  // namespace

Plan::Plan(std::uint64_t seed) {
    std::mt19937_64 random(seed ^ 0x76697472696e65ULL);
    options.durability = one_of(random, {Durability::full, Durability::deferred});
    options.cache_bytes = one_of<std::size_t>(random, {0, 2 << 10, 16 << 10, 128 << 10, 64 << 20});
    options.flush_interval = std::chrono::milliseconds(random() % 3);
    options.log_bytes = one_of<std::optional<std::size_t>>(
        random, {0, 0, 24 << 10, 48 << 10, 256 << 10, 4 << 20, std::nullopt});
    options.retention =
        one_of(random, {Retention::none(), Retention::none(), Retention::commits(1 + random() % 30),
                        Retention::forever(), Retention::duration(std::chrono::microseconds(300))});
    node_entries = one_of<std::size_t>(random, {3, 4, 6, 1000});
    steps = 4 + random() % 14;
    std::size_t weights = 0;
    for (const ClientKind& kind : kClientKinds) weights += kind.weight;
    for (std::size_t n = 2 + random() % (Scheduler::kClients - 2); n != 0; --n) {
        std::size_t at = random() % weights;
        std::size_t kind = 0;
        while (at >= kClientKinds[kind].weight) at -= kClientKinds[kind++].weight;
        clients.push_back(kind);
    }
    crash = random() % 2 == 0;
    if (random() % 5 == 0) {
        failing_write = 2 + random() % 30;
        failing_append = options.log_bytes != std::size_t{0} && random() % 2 == 0;
        failure = one_of(
            random, {Failure::clean, Failure::clean, Failure::in_doubt, Failure::in_doubt_stored});
    }
    if (random() % 10 == 0) failing_read_one_in = 5 + random() % 60;
}

std::string Plan::text() const {
    std::string text = fmt::format(
        "{}, cache {}, log {}, {} entries a node, retention {}/{}, {} steps,",
        options.durability == Durability::full ? "full" : "deferred", options.cache_bytes,
        options.log_bytes ? std::to_string(*options.log_bytes) : "late", node_entries,
        static_cast<int>(options.retention->kind()), options.retention->amount(), steps);
    for (const std::size_t kind : clients) text += fmt::format(" {}", kClientKinds[kind].name);
    if (crash) text += ", a crash";
    if (failing_write != 0)
        text += fmt::format(", {} {} fails ({})", failing_append ? "append" : "write",
                            failing_write, name_of(failure));
    if (failing_read_one_in != 0)
        text += fmt::format(", one read in {} fails", failing_read_one_in);
    return text;
}

std::string text_key(std::size_t key) { return fmt::format("key-{:03}", key); }

// Such a text has a row of its own.
bool stands_apart(std::int64_t value) { return value % 7 == 6; }

std::string text_value(std::int64_t value) {
    const auto rest = static_cast<std::size_t>(value) % 7;
    return fmt::format("{}:{}", value, std::string(stands_apart(value) ? 5000 : rest * 30, 'x'));
}

std::int64_t value_of(std::string_view text) { return std::stoll(std::string(text)); }

State read_all(const Snapshot& snapshot, std::vector<std::string>& findings) {
    State state;
    const auto numbers_tree = snapshot.tree<std::uint64_t, std::int64_t>("numbers");
    for (auto [key, value] : numbers_tree) state[numbers].at(key) = value;
    const auto texts_tree = snapshot.tree<std::string, std::string>("texts");
    for (auto [key, value] : texts_tree)
        state[texts].at(std::stoul(std::string(key.substr(4)))) = value_of(value);
    std::size_t slots_there = 0;
    const auto slots_tree = snapshot.tree<std::uint64_t, Ref<Thing>>("slots");
    for (auto [key, ref] : slots_tree) {
        const auto thing = snapshot.get(ref);
        const auto shadow = snapshot.get(Ref<Thing>{thing->getShadow()});
        state[slots].at(key) = thing->getValue();
        ++slots_there;
        if (shadow->getValue() != 2 * thing->getValue())
            findings.push_back(fmt::format("version {}: slot {} is {} and its shadow {}",
                                           snapshot.version().value(), key, thing->getValue(),
                                           shadow->getValue()));
    }
    if (slots_tree.size() != slots_there)
        findings.push_back(fmt::format("version {}: slots counts {} and has {}",
                                       snapshot.version().value(), slots_tree.size(), slots_there));
    return state;
}

World::World(std::uint64_t its_seed, Scheduler& of)
    : seed(its_seed), plan(its_seed), scheduler(of) {}

void World::note_commit(Version version) {
    visible = std::max(visible, version);
    expect(store->version() >= visible, fmt::format("version {} is shown, {} was told of",
                                                    store->version().value(), visible.value()));
    if (plan.options.durability == Durability::full) {
        expect(store->durable_version() >= version,
               fmt::format("version {} was told of, {} is durable", version.value(),
                           store->durable_version().value()));
        note_durable(version);
    }
}

void World::take_crash() {
    const Version told = durable;  // first, so that all of it must be in the copy
    crashes.push_back({disk->copy(), told});
}

void World::set_up() {
    auto storage = core::memory::open();
    disk = storage.get();
    store.emplace(detail::store_over(std::move(storage), plan.options));
    Transaction tx = store->begin();
    auto numbers_tree = tx.tree<std::uint64_t, std::int64_t>("numbers");
    auto texts_tree = tx.tree<std::string, std::string>("texts");
    auto slots_tree = tx.tree<std::uint64_t, Ref<Thing>>("slots");
    State state;
    for (std::size_t key = 0; key < kKeys; key += 2) {
        const auto value = static_cast<std::int64_t>(100 + key);
        numbers_tree.put(key, value);
        texts_tree.put(text_key(key), text_value(value));
        state[numbers][key] = state[texts][key] = value;
        if (key % 4 != 0) continue;
        const auto shadow = tx.create<Thing>([&](Thing::Builder b) { b.setValue(2 * value); });
        slots_tree.put(key, tx.create<Thing>([&](Thing::Builder b) {
            b.setValue(value);
            shadow.store(b.initShadow());
        }));
        state[slots][key] = value;
    }
    visible = tx.commit();
    oracle.start(state, visible);
    note_durable(store->flush());
}

void World::run_client(const ClientKind& kind, const std::string& who, std::uint64_t choices) {
    std::mt19937_64 random(choices);
    for (std::size_t step = 0; step < plan.steps; ++step) {
        try {
            kind.step(*this, who, random);
        } catch (const ConflictError&) {
            ++conflicts;
        } catch (const StorageError& error) {
            if (!plan.fails()) findings.push_back(who + ": " + error.what());
        } catch (const std::exception& error) {
            findings.push_back(who + ": " + error.what());
        }
        scheduler.pass("client:step");
    }
}

void World::run_clients() {
    std::mt19937_64 random(seed + 77);
    // The disk's part: somebody else may run in the middle of a read and before a write.
    disk->on_read([this](core::ObjectId, const core::Storage::Reading&) {
        scheduler.pass("disk:read");
        if (plan.failing_read_one_in != 0 && scheduler.choose(plan.failing_read_one_in) == 0)
            throw StorageError("(memory): a simulated read failed");
    });
    disk->on_write([this](const core::Batch&) {
        scheduler.pass("disk:write");
        if (plan.crash && crashes.size() < 3 && scheduler.choose(6) == 0) take_crash();
    });
    disk->on_append([this] {
        scheduler.pass("disk:append");
        if (plan.crash && crashes.size() < 3 && scheduler.choose(6) == 0) take_crash();
    });
    if (plan.failing_write != 0 && plan.failing_append)
        disk->fail_append(plan.failing_write, plan.failure);
    else if (plan.failing_write != 0)
        disk->fail_write(plan.failing_write, plan.failure);
    std::vector<Actor*> clients;
    for (std::size_t i = 0; i < plan.clients.size(); ++i) {
        const ClientKind& kind = kClientKinds[plan.clients[i]];
        const std::string who = fmt::format("{} {}", kind.name, i);
        clients.push_back(&scheduler.add(
            who, [this, &kind, who, choices = random()] { run_client(kind, who, choices); }));
    }
    for (const Actor* client : clients) scheduler.join(*client);
    disk->on_read({});
    disk->on_write({});
    disk->on_append({});
}

void World::check_storage(std::unique_ptr<MemoryStorage> storage, Version least,
                          const std::string& what) {
    StoreOptions options = plan.options;
    options.durability = Durability::full;
    options.cache_bytes = 1 << 20;
    options.log_bytes = 0;  // so that every commit frees what it superseded
    Store again = detail::store_over(std::move(storage), options);
    const Version there = again.version();
    expect(there >= least, fmt::format("{}: version {} was durable, {} is there", what,
                                       least.value(), there.value()));
    const State state = read_all(again.snapshot(), findings);
    // What was stored although its write failed has no place in the oracle.
    if (there <= oracle.newest() && !(plan.failing_write != 0 && plan.failure != Failure::clean))
        expect(state == oracle.at(there),
               fmt::format("{}: version {} has {}, was {}", what, there.value(), to_text(state),
                           to_text(oracle.at(there))));
    const VerifyReport report = again.verify();
    for (const Fault& fault : report.faults) findings.push_back(what + ", verify: " + fault.what);
    expect(report.dangling_references.empty(), what + ": dangling references");
    again.transact(
        [](Transaction& tx) { tx.tree<std::uint64_t, std::int64_t>("numbers").add(1, 1); });
    check_leaks(again, what);
}

/// After two collections only what is reachable is left, each in one row unless history is kept.
void World::check_leaks(Store& again, const std::string& what) {
    again.collect_garbage();
    again.collect_garbage();
    // What a commit superseded under its own base is freed by a later one.
    for (int i = 0; i < 8; ++i)
        again.transact(
            [](Transaction& tx) { tx.tree<std::uint64_t, std::int64_t>("numbers").add(1, 1); });
    const VerifyReport report = again.verify();
    expect(report.unreachable_objects == 0,
           fmt::format("{}: {} objects are left unreachable after two collections", what,
                       report.unreachable_objects));
    if (*plan.options.retention != Retention::none()) return;
    const auto left = read_all(again.snapshot(), findings)[texts];
    const auto large = static_cast<std::uint64_t>(std::count_if(
        left.begin(), left.end(), [](auto value) { return value && stands_apart(*value); }));
    constexpr std::uint64_t kCatalog = 2;  // its header and its one node, with three names
    const std::uint64_t needed = report.objects + report.nodes + report.trees + large + kCatalog;
    expect(report.kept == 0 && report.versions <= needed,
           fmt::format("{}: {} rows for {} that are needed, {} kept", what, report.versions, needed,
                       report.kept));
}

void World::check_end() {
    const bool failing = plan.fails();
    disk->fail_write(0, plan.failure);
    disk->fail_append(0, plan.failure);
    try {
        note_durable(store->flush());
    } catch (const StorageError&) {
        expect(failing, "flush failed");
    }
    const Version newest = store->version();
    oracle.seen({"the end", newest, read_all(store->snapshot(), findings)});
    for (const std::string& finding : oracle.judge(newest)) findings.push_back(finding);
    const VerifyReport report = store->verify();
    // A store that takes no more writes says so there too.
    for (const Fault& fault : report.faults)
        expect(failing && fault.what.find("(memory)") != std::string::npos,
               "verify: " + fault.what);
    expect(report.dangling_references.empty(), "dangling references at the end");
    auto rest = disk->copy();
    try {
        store->close();
        // Now nothing is on its way any more.
        expect(mvcc::Epoch::waiting() == 0 || (mvcc::Epoch::collect(), mvcc::Epoch::waiting() == 0),
               "something is still retired when all is closed");
    } catch (const StorageError&) {
        expect(failing, "closing failed");
    }
    store.reset();
    check_storage(std::move(rest), durable, "reopened");
    for (Crash& crash : crashes)
        check_storage(std::move(crash.disk), crash.durable, "after a crash");
}

void World::run() {
    const NodeSizes sizes(plan.node_entries);
    mvcc::Epoch::collect();  // what the run before left would be collected amid this one
    scheduler.reset(seed);
    scheduler.add("main", [this] {
        try {
            set_up();
            run_clients();
            check_end();
        } catch (const std::exception& error) {
            findings.push_back(std::string("main: ") + error.what());
        }
    });
    scheduler.run();
    store.reset();
}

}  // namespace vitrine::sim
