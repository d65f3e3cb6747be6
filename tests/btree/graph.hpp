#pragma once

#include <set>
#include <vector>

#include "btree/collect.hpp"
#include "btree/node_types.hpp"
#include "tests/btree/fixture.hpp"
#include "tests/btree/graph.capnp.h"

namespace vitrine::btree::test {

using core::ObjectId;
using graph::Knot;

inline const TreeKind kKnots{"u64", "ref 0x9d0f7a4f1d2c6b35", true, ValueForm::word};
inline const TreeKind kKnotStructs{"u64", "struct 0x9d0f7a4f1d2c6b35", true, ValueForm::bytes};
inline const TreeKind kForest{"u64", "tree u64 -> ref 0x9d0f7a4f1d2c6b35", true, ValueForm::word};

/// What a knot refers to.
struct Links {
    ObjectId next{};
    std::vector<ObjectId> others{};
    ObjectId tree{};
};

inline void write_links(Knot::Builder knot, const Links& links) {
    knot.initNext().setId(links.next.value);
    auto others = knot.initOthers(static_cast<unsigned>(links.others.size()));
    for (unsigned i = 0; i < others.size(); ++i) others[i].setId(links.others[i].value);
    knot.initTree().setId(links.tree.value);
}

inline Links read_links(Knot::Reader knot) {
    Links links{ObjectId{knot.getNext().getId()}, {}, ObjectId{knot.getTree().getId()}};
    for (const auto other : knot.getOthers()) links.others.push_back(ObjectId{other.getId()});
    return links;
}

inline void learn_types(mvcc::Store& store) {
    store.types().check(capnp::Schema::from<Knot>());
    store.types().check(capnp::Schema::from<graph::Plain>());
}

/// A store of knots. Knots that it makes are of `pad` bytes more.
struct Graph : Machine {
    explicit Graph(StoreOptions options = {}) : Machine(options) { learn_types(*store); }
    explicit Graph(std::unique_ptr<MemoryStorage> storage, StoreOptions options = {})
        : Machine(options, std::move(storage)) {
        learn_types(*store);
    }

    static ObjectId make(Transaction& transaction, const Links& links = {}, unsigned pad = 0) {
        const auto [id, message] = transaction.create(capnp::typeId<Knot>());
        auto knot = message.initRoot<Knot>();
        write_links(knot, links);
        if (pad != 0) knot.initPad(pad);
        return id;
    }
    [[nodiscard]] ObjectId make(const Links& links = {}) const {
        Transaction transaction = begin();
        const ObjectId id = make(transaction, links);
        transaction.commit();
        return id;
    }
    static void link(Transaction& transaction, ObjectId id, const Links& links) {
        write_links(transaction.edit(id).getRoot<Knot>(), links);
    }
    void link(ObjectId id, const Links& links) const {
        Transaction transaction = begin();
        link(transaction, id, links);
        transaction.commit();
    }
    /// As the transaction sees it; nothing: absent.
    static std::optional<Links> links(Transaction& transaction, ObjectId id) {
        const auto state = transaction.find(id);
        if (!state) return std::nullopt;
        if (state->copy != nullptr) return read_links(state->copy->getRoot<Knot>().asReader());
        return read_links(mvcc::read_struct(state->payload).as<Knot>());
    }
    /// A root of that name.
    void name(std::string_view root, ObjectId id) const {
        Transaction transaction = begin();
        set_root(transaction, root, id);
        transaction.commit();
    }
    void unname(std::string_view root) const {
        Transaction transaction = begin();
        erase_root(transaction, root);
        transaction.commit();
    }
    ObjectId make_tree(const TreeKind& kind, const Content& entries) const {
        Transaction transaction = begin();
        const ObjectId id = create_tree(transaction, kind);
        const auto tree = edit_tree(transaction, id, kind);
        for (const auto& [key, value] : entries) tree->put(bytes(key), bytes(value));
        transaction.commit();
        return id;
    }
    [[nodiscard]] bool has(ObjectId id) const { return bool(store->snapshot().find(id)); }
    GcReport collect(const Progress& progress = {}, CollectOptions options = {}) const {
        return collect_garbage(store->snapshot(), progress, options);
    }
    /// Objects and trees that the newest commit shows, the catalog apart.
    [[nodiscard]] std::set<std::uint64_t> alive() const {
        const Snapshot now = store->snapshot();
        std::set<std::uint64_t> ids;
        for (const auto& [key, type] : rows()) {
            if (key.id.value < core::kFirstFreeId || is_part_of_tree(type)) continue;
            if (now.find(key.id)) ids.insert(key.id.value);
        }
        return ids;
    }
};

/// The value of a knot stored in a tree.
inline std::string knot_value(const Links& links) {
    mvcc::WorkingCopy copy;
    write_links(copy.message().initRoot<Knot>(), links);
    const std::vector<core::Word> words = copy.flatten();
    return {reinterpret_cast<const char*>(words.data()), words.size() * sizeof(core::Word)};
}

}  // namespace vitrine::btree::test
