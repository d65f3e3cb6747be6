#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/stress/histories/cell.capnp.h"
#include "tests/stress/histories/session.hpp"

namespace vitrine::test {

/// Lists that grow: values of the tree "lists", objects, and the tree "slots", whose lists are the
/// objects that were in a slot; the last one is in it now, the others are erased.
class Lists {
  public:
    static constexpr bool kGrowing = true;  // what the checker of dependencies knows
    static constexpr Key kTree = Key{1} << 56;
    static constexpr Key kObjects = Key{2} << 56;
    static constexpr Key kSlots = Key{3} << 56;
    static constexpr std::uint64_t kSlotCount = 12;
    static constexpr std::uint64_t kLive = 20;      // lists that grow at a time
    static constexpr std::uint64_t kAppends = 24;   // about so many to each
    static constexpr std::uint64_t kPlaces = 8192;  // no list comes up twice

    using Strings = Tree<std::uint64_t, std::string>;

    static std::string pack(const List& list) {
        std::string bytes(list.size() * sizeof(Element), '\0');
        std::memcpy(bytes.data(), list.data(), bytes.size());
        return bytes;
    }
    static List unpack(std::string_view bytes) {
        List list(bytes.size() / sizeof(Element));
        std::memcpy(list.data(), bytes.data(), list.size() * sizeof(Element));
        return list;
    }

    explicit Lists(Session& session) : me_(session) {}

    static void prepare(Store& store) {
        store.transact([](Transaction& tx) {
            static_cast<void>(tx.tree<std::uint64_t, std::string>("lists").ref());
            static_cast<void>(tx.tree<std::uint64_t, std::string>("slots").ref());
        });
    }
    /// The first transaction: every slot gets an object.
    void fill() {
        me_.transact(
            [&](Transaction& tx) {
                for (std::uint64_t slot = 0; slot < kSlotCount; ++slot) renew(tx, slot);
            },
            false);
    }
    void step() {
        if (me_.one_in(6)) {
            me_.look([&](const auto& source) {
                for (std::uint64_t i = me_.below(4) + 1; i > 0; --i) read_something(source);
            });
        } else {
            me_.transact([&](Transaction& tx) { several(tx, me_.below(5) + 1); });
        }
    }

    /// The list of an object in the store's own words: null when it is not there.
    static std::optional<List> object(const Snapshot& snapshot, std::uint64_t id) {
        const auto found = snapshot.find(Ref<histories::Cell>{AnyRef{id}});
        if (!found) return std::nullopt;
        return elements(**found);
    }

  private:
    static List elements(histories::Cell::Reader cell) {
        const auto list = cell.getElements();
        List copy(list.size());
        std::copy(list.begin(), list.end(), copy.begin());
        return copy;
    }
    template <class Handle>
    static List elements(const Object<Handle>& object) {
        return elements(*object);
    }

    void several(Transaction& tx, std::uint64_t count) {
        for (; count > 0; --count) {
            switch (me_.below(8)) {
                case 0:
                case 1:
                case 2: append_in_tree(tx); break;
                case 3:
                case 4: append_to_object(tx, me_.below(kSlotCount)); break;
                case 5:
                    if (me_.one_in(3)) renew(tx, me_.below(kSlotCount));
                    break;
                default: read_something(tx);
            }
            if (me_.one_in(12)) try_and_take_back(tx, count);
        }
    }
    void try_and_take_back(Transaction& tx, std::uint64_t count) {
        const Savepoint before = tx.savepoint();
        me_.note({.kind = Op::Kind::savepoint});
        if (count > 1) several(tx, count - 1);
        append_in_tree(tx);
        tx.rollback_to(before);
        me_.note({.kind = Op::Kind::roll_back});
    }

    [[nodiscard]] std::uint64_t live_list() {
        const std::uint64_t oldest = me_.arena().appends / kAppends;
        return (oldest + me_.below(kLive)) % kPlaces;
    }

    template <class Source>
    void read_something(const Source& source) {
        read_something(const_cast<Source&>(source), 0);
    }
    template <class Source>
    void read_something(Source& source, int) {
        switch (me_.below(4)) {
            case 0: static_cast<void>(read_object(source, me_.below(kSlotCount))); break;
            case 1: scan(source); break;
            default: static_cast<void>(read_in_tree(source, live_list()));
        }
    }
    template <class Source>
    List read_in_tree(Source& source, std::uint64_t at) {
        const auto found = source.template tree<std::uint64_t, std::string>("lists").find(at);
        List list = found ? unpack(*found) : List{};
        me_.note({.kind = Op::Kind::read, .key = kTree | at, .list = list});
        return list;
    }
    template <class Source>
    List read_slot(Source& source, std::uint64_t slot) {
        const auto found = source.template tree<std::uint64_t, std::string>("slots").find(slot);
        List list = found ? unpack(*found) : List{};
        me_.note({.kind = Op::Kind::read, .key = kSlots | slot, .list = list});
        return list;
    }
    template <class Source>
    Ref<histories::Cell> read_object(Source& source, std::uint64_t slot) {
        const List ids = read_slot(source, slot);
        if (ids.empty()) return {};
        const Ref<histories::Cell> ref{AnyRef{ids.back()}};
        me_.note({.kind = Op::Kind::read,
                  .key = kObjects | ids.back(),
                  .list = elements(source.get(ref))});
        return ref;
    }

    // All of a range or a part of it, in either direction: what was gone over is what was seen.
    template <class Source>
    void scan(Source& source) {
        const std::uint64_t low = live_list();
        const std::uint64_t high = low + 1 + me_.below(8);
        const std::size_t most = me_.one_in(2) ? me_.below(4) + 1 : 100;
        const bool reversed = me_.one_in(2);
        const auto tree = source.template tree<std::uint64_t, std::string>("lists");
        Op op{.kind = Op::Kind::scan, .key = kTree | low, .end = kTree | high};
        const auto range = tree.range(low, high);
        for (auto [key, value] : reversed ? range.reversed() : range) {
            op.entries.emplace_back(kTree | key, unpack(value));
            if (op.entries.size() < most) continue;
            (reversed ? op.key : op.end) = (kTree | key) + (reversed ? 0 : 1);
            break;
        }
        if (reversed) std::reverse(op.entries.begin(), op.entries.end());
        me_.note(std::move(op));
    }

    void append_in_tree(Transaction& tx) {
        const std::uint64_t at = live_list();
        const Element element = me_.fresh();
        auto tree = tx.tree<std::uint64_t, std::string>("lists");
        List list;
        if (me_.one_in(2)) {
            list = read_in_tree(tx, at);
        } else if (const auto found = tree.find(at)) {
            list = unpack(*found);
        }
        list.push_back(element);
        tree.put(at, pack(list));
        me_.note({.kind = Op::Kind::append, .key = kTree | at, .list = {element}});
        ++me_.arena().appends;
    }
    void append_to_object(Transaction& tx, std::uint64_t slot) {
        const auto ref = read_object(tx, slot);
        const Element element = me_.fresh();
        auto cell = tx.edit(ref);
        List list = elements(cell.asReader());
        list.push_back(element);
        fill(cell, list);
        me_.note({.kind = Op::Kind::append, .key = kObjects | ref.id(), .list = {element}});
        if (list.size() >= kAppends) renew(tx, slot);
    }
    void renew(Transaction& tx, std::uint64_t slot) {
        List ids = read_slot(tx, slot);
        if (!ids.empty()) {
            tx.erase(AnyRef{ids.back()});
            me_.note({.kind = Op::Kind::erase, .key = kObjects | ids.back()});
        }
        const Element element = me_.fresh();
        const auto ref = tx.create<histories::Cell>(
            [&](histories::Cell::Builder cell) { fill(cell, {element}); });
        me_.note({.kind = Op::Kind::append, .key = kObjects | ref.id(), .list = {element}});
        ids.push_back(ref.id());
        tx.tree<std::uint64_t, std::string>("slots").put(slot, pack(ids));
        me_.note({.kind = Op::Kind::append, .key = kSlots | slot, .list = {ref.id()}});
    }
    static void fill(histories::Cell::Builder cell, const List& list) {
        auto elements = cell.initElements(static_cast<unsigned>(list.size()));
        for (unsigned i = 0; i < list.size(); ++i) elements.set(i, list[i]);
    }

    Session& me_;
};

}  // namespace vitrine::test
