#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "btree/node_types.hpp"
#include "btree/tree_commit.hpp"
#include "btree/trees.hpp"
#include "btree/verify.hpp"
#include "core/memory/memory_storage.hpp"
#include "mvcc/store.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::btree::test {

using core::memory::MemoryStorage;
using mvcc::Snapshot;
using mvcc::Transaction;

/// Keys and values as texts: the map's order is the order of keys.
using Content = std::map<std::string, std::string>;

inline ByteSpan bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string text(ByteSpan span) {
    return {reinterpret_cast<const char*>(span.data()), span.size()};
}
inline std::string text(const KeyBytes& key) { return text(ByteSpan(key)); }
inline KeyBytes key_bytes(std::string_view key) {
    const ByteSpan span = bytes(key);
    return {span.begin(), span.end()};
}

/// A fixed key of kind "u64".
inline std::string number(std::uint64_t number) {
    std::string key(kHeadBytes, '\0');
    store_head(number, reinterpret_cast<std::byte*>(key.data()));
    return key;
}
/// A word value.
inline std::string word(std::uint64_t number) {
    return {reinterpret_cast<const char*>(&number), sizeof number};
}

inline const TreeKind kNumbers{"u64", "i64", true, ValueForm::word};
inline const TreeKind kTexts{"string", "string", false, ValueForm::bytes};

/// The sizes of nodes while it lives.
class NodeSizes {
  public:
    explicit NodeSizes(Limits limits) : before_(node_limits()) { node_limits() = limits; }
    explicit NodeSizes(std::size_t entries) : NodeSizes(Limits{.max_entries = entries}) {}
    NodeSizes(const NodeSizes&) = delete;
    NodeSizes& operator=(const NodeSizes&) = delete;
    ~NodeSizes() { node_limits() = before_; }

  private:
    const Limits before_;
};

/// An open store over memory, whose rows the test can reach.
struct Machine {
    MemoryStorage* disk = nullptr;
    mvcc::StoreOwner store;

    /// Without a commit log unless the options name one: what is committed is in the rows then.
    explicit Machine(StoreOptions options = {},
                     std::unique_ptr<MemoryStorage> storage = core::memory::open())
        : disk(storage.get()) {
        options.log_bytes = options.log_bytes.value_or(0);
        store = mvcc::Store::open(std::move(storage), options, node_traits());
    }
    /// Over any storage; `disk` stays empty.
    explicit Machine(std::unique_ptr<core::Storage> storage, StoreOptions options = {})
        : store(mvcc::Store::open(std::move(storage), options, node_traits())) {}

    mvcc::Store* operator->() const { return store.get(); }
    [[nodiscard]] Transaction begin(Isolation isolation = Isolation::serializable) const {
        TransactionOptions options;
        options.isolation = isolation;
        return {*store, store->snapshot(), options};
    }
    [[nodiscard]] VerifyReport verify() const { return btree::verify(store->snapshot(), {}); }
    /// Every row's type, newest first within an object.
    [[nodiscard]] std::vector<std::pair<core::RowKey, core::TypeId>> rows() const {
        std::vector<std::pair<core::RowKey, core::TypeId>> all;
        disk->scan(std::nullopt, ~std::size_t{0}, [&](core::RowKey key, core::Words row) {
            all.emplace_back(key, row.front());
            return true;
        });
        return all;
    }
    [[nodiscard]] std::size_t rows_of(core::TypeId type) const {
        std::size_t count = 0;
        for (const auto& row : rows()) count += row.second == type ? 1U : 0U;
        return count;
    }
};

/// The tree under a root name, which must be there.
inline std::shared_ptr<const TreeReader> tree_in(const Snapshot& snapshot, std::string_view name,
                                                 const TreeKind& kind) {
    const std::optional<Root> root = find_root(snapshot, name);
    if (!root) throw std::runtime_error("no root " + std::string(name));
    return open_tree(snapshot, root->id, kind);
}

/// All entries, as one iteration shows them.
inline Content content(const TreeReader& tree, const Bounds& bounds = {}) {
    Content all;
    for (const auto cursor = tree.cursor(bounds); cursor->valid(); cursor->step())
        all.insert_or_assign(text(cursor->key_copy()), text(cursor->value()));
    return all;
}
inline Content content(const Snapshot& snapshot, std::string_view name, const TreeKind& kind) {
    return content(*tree_in(snapshot, name, kind));
}

/// Commits entries into the tree of that name.
inline Version fill(const Machine& machine, std::string_view name, const TreeKind& kind,
                    const Content& entries) {
    Transaction transaction = machine.begin();
    const auto tree = edit_tree(transaction, name, kind);
    for (const auto& [key, value] : entries) tree->put(bytes(key), bytes(value));
    return transaction.commit();
}

/// What a commit superseded under its own base is freed by a later one: these supersede nothing.
inline void settle(const Machine& machine) {
    for (int i = 0; i < 2; ++i) {
        Transaction transaction = machine.begin();
        static_cast<void>(create_tree(transaction, kNumbers));
        transaction.commit();
    }
    machine->flush();
}

/// Keys first, first + step, … below end, each with itself as value.
inline Content numbers(std::uint64_t first, std::uint64_t end, std::uint64_t step = 1) {
    Content all;
    for (std::uint64_t i = first; i < end; i += step) all.emplace(number(i), word(i));
    return all;
}

}  // namespace vitrine::btree::test
