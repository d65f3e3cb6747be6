#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vitrine/detail/find_many.hpp>
#include <vitrine/detail/tree_kind.hpp>
#include <vitrine/detail/tree_reader.hpp>
#include <vitrine/entry.hpp>
#include <vitrine/ref.hpp>
#include <vitrine/tree_range.hpp>

namespace vitrine {

/// An ordered map as one snapshot shows it, or, of a TreeEditor, as one transaction does. A cheap
/// copyable value that holds its snapshot: it stays valid after the Snapshot and the Store are
/// gone.
///
/// `K`: integers of 8 to 64 bits, double, std::string, Bytes, std::tuple of these. `V`: integers,
/// double, bool, std::string, Bytes, Ref<T>, TreeRef<K, V>, a Cap'n Proto struct, Unit (a set).
/// Keys are passed as what converts without loss: strings as std::string_view, integers of any
/// width (UsageError when one does not fit), tuples field by field.
///
///     auto station = tree.at(key)->getStation();   // WRONG: dangles, the text is the Item's
///     auto item = tree.at(key);                    // right: keep the item
///     auto station = item->getStation();
///
/// Threads: a snapshot's tree: const members by any thread; a transaction's: by its thread.
/// Throws, every member that reads: CorruptionError, StorageError; UsageError for keys that do not
/// fit, are NaN or longer than 1024 bytes; a transaction's tree UsageError after its end.
/// Cost: a descent of O(log n) buckets, without I/O when they are resident; allocates where said.
template <class K, class V>
class Tree {
    using Keys = detail::KeyCodec<K>;
    using Values = detail::ValueCodec<V>;

  public:
    using key_type = K;
    using mapped_type = V;
    using Range = TreeRange<K, V>;
    using iterator = TreeIterator<K, V>;
    using const_iterator = iterator;
    using value_type = typename iterator::value_type;
    /// What find() and at() give: numbers and references by value, strings and bytes as copies,
    /// structs as an owning Item.
    using Found = typename Values::Owned;

    /// No tree: every call is a UsageError.
    Tree() = default;
    explicit Tree(std::shared_ptr<const btree::TreeReader> tree) : tree_(std::move(tree)) {}

    /// In a transaction this brings a named tree into being.
    [[nodiscard]] TreeRef<K, V> ref() const { return TreeRef<K, V>{AnyRef{reader().id()}}; }

    /// Exact. Cost: O(1) in a snapshot.
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(reader().size()); }
    [[nodiscard]] bool empty() const { return size() == 0; }

    /// Absence is a value. Cost: allocates for strings and bytes only.
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] std::optional<Found> find(const Q& key) const {
        return find_bytes(detail::EncodedKey<K>{key});
    }
    /// Throws: NotFoundError naming the key.
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] Found at(const Q& key) const {
        const detail::EncodedKey<K> bytes{key};
        auto found = find_bytes(bytes);
        if (!found) detail::throw_no_key(reader(), bytes);
        return *std::move(found);
    }
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] bool contains(const Q& key) const {
        return reader().contains(detail::EncodedKey<K>{key});
    }
    /// Calls `fn` with the value, borrowed for the call: std::string_view, BytesView, T::Reader.
    /// Returns false, and calls nothing, when the key is absent. Cost: no copy, no count.
    template <class F, detail::KeyArgument<K> Q = K>
        requires std::invocable<F&, typename Values::View>
    bool visit(const Q& key, F&& fn) const {
        auto* const function = std::addressof(fn);
        return reader().visit(detail::EncodedKey<K>{key}, [function](BytesView value) {
            std::invoke(*function, Values::view(value));
        });
    }

    /// visit() for many keys, in any order: `fn(i, value)` with the number of the key and a std::optional
    /// of what is borrowed for the call. In a snapshot the descents go on together, 16 at a time,
    /// and wait for memory together: faster than one by one when the tree is larger than the
    /// processor's caches.
    template <class F>
        requires std::invocable<F&, std::size_t, std::optional<typename Values::View>>
    void visit_many(std::span<const K> keys, F&& fn) const {
        detail::visit_many<K>(reader(), keys, [&fn](std::size_t i, const BytesView* value) {
            using Seen = std::optional<typename Values::View>;
            std::invoke(fn, i, value == nullptr ? Seen{} : Seen{Values::view(*value)});
        });
    }
    /// find() for many keys: the values in the order of the keys. Cost: see visit_many().
    [[nodiscard]] std::vector<std::optional<Found>> find_many(std::span<const K> keys) const {
        std::vector<std::optional<Found>> found(keys.size());
        if constexpr (Values::kHeld) {
            std::transform(keys.begin(), keys.end(), found.begin(),
                           [this](const K& key) { return find(key); });
        } else {
            detail::visit_many<K>(reader(), keys, [&](std::size_t i, const BytesView* value) {
                if (value != nullptr) found[i].emplace(Values::own(*value));
            });
        }
        return found;
    }

    [[nodiscard]] iterator begin() const { return all().begin(); }
    [[nodiscard]] iterator end() const { return {}; }
    /// [low, high): empty when high <= low.
    template <detail::KeyArgument<K> L = K, detail::KeyArgument<K> H = K>
    [[nodiscard]] Range range(const L& low, const H& high) const {
        return within({.low = detail::key_bytes<K>(low), .high = detail::key_bytes<K>(high)});
    }
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] Range from(const Q& low) const {
        return within({.low = detail::key_bytes<K>(low)});
    }
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] Range until(const Q& high) const {
        return within({.high = detail::key_bytes<K>(high)});
    }
    [[nodiscard]] Range reversed() const { return within({.reversed = true}); }
    /// All, as a range.
    [[nodiscard]] Range all() const { return within({}); }
    /// Keys that begin with `text`.
    template <detail::KeyArgument<K> Q>
        requires(std::same_as<K, std::string> || std::same_as<K, Bytes>)
    [[nodiscard]] Range prefix(const Q& text) const {
        return beginning_with(detail::EncodedKey<K>{text});
    }
    /// Keys whose leading fields are these: `prefix("station-3")` of (station, minute).
    template <class... Qs>
        requires(detail::kIsTuple<K> && sizeof...(Qs) > 0 &&
                 detail::kAcceptsFields<K, std::remove_cvref_t<Qs>...>)
    [[nodiscard]] Range prefix(const Qs&... fields) const {
        detail::FieldWriter scratch;
        return beginning_with(Keys::encode_fields(scratch, fields...));
    }
    /// At most `n` ranges of about equal work, in key order, that together are the tree: for n
    /// threads. Throws: UsageError when n is 0.
    [[nodiscard]] std::vector<Range> partitions(std::size_t n) const { return all().partitions(n); }

    [[nodiscard]] std::optional<Entry<K, V>> first() const { return nearest({}); }
    [[nodiscard]] std::optional<Entry<K, V>> last() const { return nearest({.reversed = true}); }
    /// The last entry whose key is not above `key`.
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] std::optional<Entry<K, V>> floor(const Q& key) const {
        return nearest(
            {.high = detail::key_bytes<K>(key), .high_included = true, .reversed = true});
    }
    /// The first entry whose key is not below `key`.
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] std::optional<Entry<K, V>> ceiling(const Q& key) const {
        return nearest({.low = detail::key_bytes<K>(key)});
    }

    /// For Vitrine's own parts.
    [[nodiscard]] const std::shared_ptr<const btree::TreeReader>& machine() const {
        static_cast<void>(reader());
        return tree_;
    }

  protected:
    [[nodiscard]] const btree::TreeReader& reader() const {
        if (tree_ == nullptr) [[unlikely]]
            detail::throw_no_tree();
        return *tree_;
    }
    [[nodiscard]] std::optional<Found> find_bytes(BytesView key) const {
        std::optional<Found> found;
        if constexpr (Values::kHeld) {
            if (auto value = reader().find(key)) found.emplace(Values::own(*std::move(value)));
        } else {
            reader().visit(key, [&found](BytesView value) { found.emplace(Values::own(value)); });
        }
        return found;
    }

  private:
    [[nodiscard]] Range within(btree::Bounds bounds) const {
        return Range{machine(), std::move(bounds)};
    }
    [[nodiscard]] Range beginning_with(BytesView prefix) const {
        return within({.low = btree::KeyBytes{prefix.begin(), prefix.end()},
                       .high = detail::end_of_prefix(prefix)});
    }
    [[nodiscard]] std::optional<Entry<K, V>> nearest(const btree::Bounds& bounds) const {
        const auto cursor = reader().nearest(bounds);
        if (cursor == nullptr || !cursor->valid()) return std::nullopt;
        return detail::own_entry<K, V>(*cursor);
    }

    std::shared_ptr<const btree::TreeReader> tree_;
};

}  // namespace vitrine
