#include <fmt/format.h>

#include "tests/sim/script.hpp"
#include "tests/sim/thing.capnp.h"
#include "tests/sim/world.hpp"

namespace vitrine::sim {
namespace {

using simulated::Thing;

using Random = std::mt19937_64;

/// Money moves between two of the first eight numbers; their sum stays.
void transfer(World& world, const std::string& who, Random& random) {
    Script script(world, who, Isolation::serializable);
    const std::size_t from = random() % 4 * 2;
    const std::size_t to = (from + 2 + random() % 3 * 2) % 8;
    const auto amount = static_cast<std::int64_t>(random() % 5);
    const auto payer = script.read(numbers, from);
    world.scheduler.pass("client:between");
    const auto payee = script.read(numbers, to);
    if (!payer || !payee) return;
    script.put(numbers, from, *payer - amount);
    script.put(numbers, to, *payee + amount);
    script.commit();
}

/// Phases: first its own counter, then all of them added up in another, in one transaction.
void count(World& world, const std::string& who, Random& random) {
    Script script(world, who, Isolation::serializable);
    script.add(numbers, 20 + random() % 4, 1);
    if (random() % 3 == 0) {
        std::int64_t sum = 0;
        for (std::size_t key = 20; key < 24; ++key) sum += script.read(numbers, key).value_or(0);
        script.put(texts, 20, sum);
    }
    script.commit();
}

/// A list in a value: the newest digit behind the others. What it read and what it wrote tell the order.
void append(World& world, const std::string& who, Random& random) {
    Script script(world, who, random() % 2 == 0 ? Isolation::serializable : Isolation::snapshot);
    const std::size_t key = random() % 4;
    const std::int64_t list = script.read(texts, key).value_or(0);
    world.scheduler.pass("client:between");
    script.put(texts, key, (list * 10 + static_cast<std::int64_t>(random() % 10)) % 1'000'000'007);
    if (random() % 2 == 0) script.read(texts, random() % 4);
    script.commit();
}

/// Anything that a tree can do.
void edit(World& world, const std::string& who, Random& random) {
    Script script(world, who, random() % 3 != 0 ? Isolation::serializable : Isolation::snapshot);
    for (std::size_t n = 1 + random() % 6; n != 0; --n) {
        const Family family = random() % 2 == 0 ? numbers : texts;
        const std::size_t key = 8 + random() % (kKeys - 8);
        const auto value = static_cast<std::int64_t>(random() % 1000);
        switch (random() % 14) {
            case 0:
            case 1: script.read(family, key); break;
            case 2: script.presence(family, key); break;
            case 3: script.range(family, key, key + random() % 8); break;
            case 4: script.size(family); break;
            case 5: script.erase(family, key); break;
            case 6: script.insert(family, key, value); break;
            case 7: script.remove(family, key); break;
            case 8: script.add(numbers, key, value % 10); break;
            case 9:
                if (random() % 8 == 0) script.clear(family);
                break;
            case 10: script.savepoint(); break;
            case 11: script.roll_back(); break;
            default: script.put(family, key, value);
        }
        if (random() % 3 == 0) world.scheduler.pass("client:between");
    }
    if (random() % 12 != 0) script.commit();  // or it is aborted by its end
}

/// Objects that come, change, move and go, some of them as garbage.
void use_slots(World& world, const std::string& who, Random& random) {
    Script script(world, who, Isolation::serializable);
    for (std::size_t n = 1 + random() % 3; n != 0; --n) {
        const std::size_t slot = random() % kKeys;
        const auto value = static_cast<std::int64_t>(random() % 1000);
        switch (random() % 6) {
            case 0: script.read(slots, slot); break;
            case 1: script.make_thing(slot, value); break;
            case 2: script.move_thing(slot, random() % kKeys); break;
            case 3: script.drop_thing(slot, random() % 2 == 0); break;
            default: script.change_thing(slot, value);
        }
        world.scheduler.pass("client:between");
    }
    script.commit();
}

/// One snapshot, looked at again and again.
void hold(World& world, const std::string& who, Random& random) {
    Snapshot snapshot = world.store->snapshot();
    const Version told = world.visible;
    if (random() % 3 == 0) {
        const std::uint64_t newest = snapshot.version().value();
        try {
            snapshot = world.store->snapshot_at(
                Version{newest - random() % std::min<std::uint64_t>(newest, 20)});
        } catch (const SnapshotTooOldError&) {
            return;
        }
        if (snapshot.version().value() == 0) return;
    } else {
        world.expect(snapshot.version() >= told || world.visible != told,
                     fmt::format("{} got version {} after {} was told of", who,
                                 snapshot.version().value(), told.value()));
    }
    if (snapshot.version() < Version{1}) return;
    for (std::size_t n = 1 + random() % 3; n != 0; --n) {
        world.oracle.seen({who, snapshot.version(), read_all(snapshot, world.findings)});
        for (std::size_t turns = random() % 6; turns != 0; --turns)
            world.scheduler.pass("client:hold");
    }
}

/// Borrowed texts stay what they are while the view lives, whatever is evicted and superseded.
void look(World& world, const std::string& who, Random& random) {
    const Snapshot snapshot = world.store->snapshot();
    const View view = snapshot.view();
    const auto tree = view.tree<std::string, std::string>("texts");
    const std::size_t key = random() % kKeys;
    const auto text = tree.find(text_key(key));
    const std::string before(text.value_or(""));
    const auto things = view.tree<std::uint64_t, Ref<Thing>>("slots");
    const auto ref = things.find(key);
    std::optional<Thing::Reader> thing;
    if (ref) thing = view.get(*ref);
    const std::int64_t value = thing ? thing->getValue() : 0;
    for (std::size_t turns = random() % 12; turns != 0; --turns)
        world.scheduler.pass("client:look");
    world.expect(text.value_or("") == before, who + ": a borrowed text changed under its view");
    world.expect(!thing || thing->getValue() == value,
                 who + ": a borrowed object changed under its view");
}

void trim(World& world, const std::string& who, Random& random) {
    switch (random() % 6) {
        case 0: {
            const Version target = world.visible;
            const Version flushed = world.store->flush();
            world.expect(flushed >= target, who + ": flush() came back early");
            world.note_durable(flushed);
            break;
        }
        case 1: world.note_durable(world.store->durable_version()); break;
        default: world.store->trim_cache();
    }
}

void collect(World& world, const std::string& who, Random& random) {
    if (random() % 3 != 0) {
        world.scheduler.pass("client:rest");
        return;
    }
    try {
        world.store->collect_garbage();
        ++world.collections;
    } catch (const UsageError& error) {
        world.expect(std::string(error.what()).find("running already") != std::string::npos,
                     who + ": " + error.what());
    }
}

/// Takes back one of the last versions, where nobody changed the same since. Versions that changed slots
/// are left: of them single objects can be taken back, which the oracle does not tell apart. Those who
/// found their writes done were told another's version; it may have been one with slots (seed 16385).
void undo(World& world, const std::string& who, Random& random) {
    const std::vector<Version>& own = world.tree_commits;
    if (own.empty()) return;
    const Version target = own[own.size() - 1 - random() % std::min<std::size_t>(own.size(), 6)];
    if (world.slot_commits_running != 0 || world.slot_commits.contains(target)) return;
    try {
        const Version base = world.store->version();
        const Version made = world.store->undo(target);
        ++world.undone;
        world.note_commit(made);
        if (made > base) world.oracle.committed({who, base, made, {}, {}, target});
    } catch (const SnapshotTooOldError&) {
    } catch (const NotFoundError&) {
    }
}

}  // namespace

const std::vector<ClientKind> kClientKinds{
    {"transfer", 3, transfer}, {"count", 2, count}, {"append", 3, append}, {"edit", 4, edit},
    {"slots", 4, use_slots},   {"hold", 3, hold},   {"look", 2, look},     {"trim", 3, trim},
    {"collect", 2, collect},   {"undo", 1, undo},
};

}  // namespace vitrine::sim
