#include "tests/sim/script.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tests/sim/thing.capnp.h"

namespace vitrine::sim {
namespace {

using simulated::Thing;

TransactionOptions options_of(Isolation isolation) {
    TransactionOptions options;
    options.isolation = isolation;
    return options;
}

auto numbers_of(Transaction& tx) { return tx.tree<std::uint64_t, std::int64_t>("numbers"); }
auto texts_of(Transaction& tx) { return tx.tree<std::string, std::string>("texts"); }
auto slots_of(Transaction& tx) { return tx.tree<std::uint64_t, Ref<Thing>>("slots"); }

}  // namespace

Script::Script(World& world, std::string who, Isolation isolation)
    : world_(world), who_(std::move(who)), isolation_(isolation), transaction_([&] {
          const Version told = world.visible;
          Transaction begun = world.store->begin(options_of(isolation));
          world.expect(begun.base().version() >= told,
                       fmt::format("a transaction began at version {} after {} was told of",
                                   begun.base().version().value(), told.value()));
          return begun;
      }()) {}

std::optional<std::int64_t> Script::read(Family family, std::size_t key) {
    std::optional<std::int64_t> value;
    if (family == numbers) {
        value = numbers_of(transaction_).find(key);
    } else if (family == texts) {
        texts_of(transaction_).visit(text_key(key), [&](std::string_view text) {
            world_.scheduler.pass("client:visit");
            value = value_of(text);
        });
    } else if (const auto ref = slots_of(transaction_).find(key)) {
        const Thing::Reader thing = transaction_.get(*ref);
        value = thing.getValue();
        const Ref<Thing> shadow{thing.getShadow()};
        const std::int64_t twice = transaction_.get(shadow).getValue();
        world_.expect(twice == 2 * *value,
                      fmt::format("{}: slot {} is {} and its shadow {}", who_, key, *value, twice));
    }
    note({Op::read, family, key, 0, value});
    return value;
}

void Script::note_presence(Family family, std::size_t key, bool there) {
    note({Op::presence, family, key, 0, there ? std::optional<std::int64_t>(1) : std::nullopt});
}

void Script::presence(Family family, std::size_t key) {
    note_presence(family, key,
                  family == numbers ? numbers_of(transaction_).contains(key)
                                    : texts_of(transaction_).contains(text_key(key)));
}

void Script::range(Family family, std::size_t from, std::size_t end) {
    end = std::min(end, kKeys);
    Op op{Op::range, family, from, end};
    if (family == numbers) {
        for (auto [key, value] : numbers_of(transaction_).range(from, end)) {
            op.entries.emplace_back(key, value);
            world_.scheduler.pass("client:iterate");
        }
    } else {
        for (auto [key, text] : texts_of(transaction_).range(text_key(from), text_key(end))) {
            op.entries.emplace_back(std::stoul(std::string(key.substr(4))), value_of(text));
            world_.scheduler.pass("client:iterate");
        }
    }
    note(std::move(op));
}

void Script::size(Family family) {
    const std::size_t size =
        family == numbers ? numbers_of(transaction_).size() : texts_of(transaction_).size();
    note({Op::size, family, 0, 0, static_cast<std::int64_t>(size)});
}

void Script::put(Family family, std::size_t key, std::int64_t value) {
    if (family == numbers) {
        numbers_of(transaction_).put(key, value);
    } else {
        texts_of(transaction_).put(text_key(key), text_value(value));
    }
    note({Op::write, family, key, 0, value});
}

void Script::erase(Family family, std::size_t key) {
    if (family == numbers) {
        numbers_of(transaction_).erase(key);
    } else {
        texts_of(transaction_).erase(text_key(key));
    }
    note({Op::write, family, key});
}

void Script::insert(Family family, std::size_t key, std::int64_t value) {
    const bool fresh = family == numbers
                           ? numbers_of(transaction_).insert(key, value)
                           : texts_of(transaction_).insert(text_key(key), text_value(value));
    note_presence(family, key, !fresh);
    if (fresh) note({Op::write, family, key, 0, value});
}

void Script::remove(Family family, std::size_t key) {
    const bool there = family == numbers ? numbers_of(transaction_).remove(key)
                                         : texts_of(transaction_).remove(text_key(key));
    note_presence(family, key, there);
    if (there) note({Op::write, family, key});
}

void Script::add(Family family, std::size_t key, std::int64_t delta) {
    numbers_of(transaction_).add(key, delta);
    note({Op::add, family, key, 0, delta});
}

void Script::clear(Family family) {
    if (family == numbers) {
        numbers_of(transaction_).clear();
    } else {
        texts_of(transaction_).clear();
    }
    note({Op::clear, family});
}

void Script::savepoint() {
    saved_ = transaction_.savepoint();
    saved_at_ = ops_.size();
    note({Op::savepoint});
}

void Script::roll_back() {
    if (!saved_) return;
    transaction_.rollback_to(*saved_);
    note({Op::rollback, numbers, saved_at_});
}

void Script::make_thing(std::size_t slot, std::int64_t value) {
    const auto shadow =
        transaction_.create<Thing>([&](Thing::Builder fresh) { fresh.setValue(2 * value); });
    slots_of(transaction_).put(slot, transaction_.create<Thing>([&](Thing::Builder fresh) {
        fresh.setValue(value);
        shadow.store(fresh.initShadow());
    }));
    note({Op::write, slots, slot, 0, value});
}

void Script::change_thing(std::size_t slot, std::int64_t value) {
    if (!read(slots, slot)) return;
    const Ref<Thing> ref = slots_of(transaction_).at(slot);
    const Ref<Thing> shadow{transaction_.get(ref).getShadow()};
    transaction_.edit(ref).setValue(value);
    world_.scheduler.pass("client:between");
    transaction_.edit(shadow).setValue(2 * value);
    note({Op::write, slots, slot, 0, value});
}

void Script::move_thing(std::size_t from, std::size_t to) {
    const auto value = read(slots, from);
    if (!value || from == to) return;
    const Ref<Thing> ref = slots_of(transaction_).at(from);
    slots_of(transaction_).put(to, ref);
    slots_of(transaction_).erase(from);
    note({Op::write, slots, to, 0, value});
    note({Op::write, slots, from});
}

void Script::drop_thing(std::size_t slot, bool erased) {
    if (!read(slots, slot)) return;
    const Ref<Thing> ref = slots_of(transaction_).at(slot);
    if (erased) {
        const Ref<Thing> shadow{transaction_.get(ref).getShadow()};
        transaction_.erase(shadow);
        transaction_.erase(ref);
    }
    slots_of(transaction_).erase(slot);
    note({Op::write, slots, slot});
}

void Script::commit() {
    const Version base = transaction_.base().version();
    const bool slots_too =
        std::any_of(ops_.begin(), ops_.end(), [](const Op& op) { return op.family == slots; });
    struct Running {
        int& count;
        const int one;
        ~Running() { count -= one; }
    };
    world_.slot_commits_running += slots_too ? 1 : 0;
    const Running running{world_.slot_commits_running, slots_too ? 1 : 0};
    const Version made = transaction_.commit();
    ++world_.transactions;
    if (slots_too) world_.slot_commits.insert(made);
    world_.oracle.committed({who_, base, made, isolation_, std::move(ops_), std::nullopt});
    if (made == base) return;
    if (!slots_too) world_.tree_commits.push_back(made);
    world_.note_commit(made);
}

}  // namespace vitrine::sim
