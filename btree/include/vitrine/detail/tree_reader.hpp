#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vitrine/detail/cursor.hpp>

namespace vitrine::btree {

/// What the keys and values of a tree are: checked whenever a tree is opened.
struct TreeKind {
    std::string key;    ///< "i64", "string", "(string,i64)": as messages show it
    std::string value;  ///< "u32", "ref 0x…", "struct 0x…", "tree string -> i64", "unit"
    bool fixed_keys = true;
    ValueForm form = ValueForm::word;

    friend bool operator==(const TreeKind&, const TreeKind&) = default;
};

/// Borrowed for the call; empty bytes are possible.
using ValueSink = std::function<void(ByteSpan)>;
/// Which key, and its value, borrowed for the call; null when it is absent.
using ManySink = std::function<void(std::size_t, const ByteSpan*)>;

/// An ordered map from bytes to bytes, as one snapshot or one transaction shows it.
/// Keys passed in are encoded: exactly 8 bytes for fixed keys, any bytes up to the limit else.
/// Threads: a snapshot's tree by any thread; a transaction's by one at a time.
/// Throws, all of them: CorruptionError, StorageError; a transaction's also UsageError after its end.
class TreeReader {
  public:
    TreeReader() = default;
    TreeReader(const TreeReader&) = delete;
    TreeReader& operator=(const TreeReader&) = delete;
    virtual ~TreeReader() = default;

    [[nodiscard]] virtual const TreeKind& kind() const = 0;
    /// The object id of the tree. In a transaction this may bring a named tree into being.
    [[nodiscard]] virtual std::uint64_t id() const = 0;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    [[nodiscard]] virtual bool contains(ByteSpan key) const = 0;
    /// Calls `sink` with the value, inside an epoch guard, and returns true; false when absent.
    virtual bool visit(ByteSpan key, const ValueSink& sink) const = 0;
    /// visit() for each of the keys, in any order, and of those that are absent.
    virtual void visit_many(std::span<const ByteSpan> keys, const ManySink& sink) const {
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (!visit(keys[i], [&](ByteSpan value) { sink(i, &value); })) sink(i, nullptr);
    }
    /// The value with its owner; nothing when absent.
    [[nodiscard]] virtual std::optional<OwnedValue> find(ByteSpan key) const = 0;
    /// A cursor at the first entry within the bounds, in their direction.
    [[nodiscard]] virtual std::unique_ptr<Cursor> cursor(const Bounds& bounds) const = 0;
    /// A single entry: the first within the bounds in their direction (first, last, floor, ceiling).
    /// In a transaction it records what was read: from the near bound to the key found.
    [[nodiscard]] virtual std::unique_ptr<Cursor> nearest(const Bounds& bounds) const = 0;
    /// At most n - 1 keys in rising order that cut the bounds into parts of about equal work.
    [[nodiscard]] virtual std::vector<KeyBytes> cuts(const Bounds& bounds, std::size_t n) const = 0;
};

/// Writing, through a transaction. Everything is private to it until its commit.
class TreeWriter : public TreeReader {
  public:
    virtual void put(ByteSpan key, ByteSpan value) = 0;
    /// False, and nothing changed, when present.
    virtual bool insert(ByteSpan key, ByteSpan value) = 0;
    virtual void erase(ByteSpan key) = 0;
    /// Whether it was there.
    virtual bool remove(ByteSpan key) = 0;
    virtual void clear() = 0;
    /// Numbers only: how to add is in the kind of the tree ("i64" wraps, "double" rounds). `delta` is
    /// 8 bytes as a value of that kind (integers: two's complement, 64 bits).
    virtual void add(ByteSpan key, std::uint64_t delta) = 0;
};

}  // namespace vitrine::btree
