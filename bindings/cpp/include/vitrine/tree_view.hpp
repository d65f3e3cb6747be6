#pragma once

#include <concepts>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <vitrine/detail/view_state.hpp>
#include <vitrine/tree.hpp>

namespace vitrine {

/// A tree seen through a View: shaped like a Tree, but what find, at, first… give is borrowed:
/// std::string_view, BytesView and T::Reader, valid while the View lives.
///
///     auto text = snapshot.view().tree<K, V>("t").at(key);   // WRONG: the View goes
///     const View view = snapshot.view();                     // right
///     auto text = view.tree<K, V>("t").at(key);
///
/// Threads: its View's, one at a time. Throws, Cost: as Tree, without its copies and counts.
template <class K, class V>
class TreeView {
    using Keys = detail::KeyCodec<K>;
    using Values = detail::ValueCodec<V>;

  public:
    using key_type = K;
    using mapped_type = V;
    using Range = TreeRange<K, V>;
    using iterator = TreeIterator<K, V>;
    using const_iterator = iterator;
    using value_type = typename iterator::value_type;
    using Found = typename Values::View;

    TreeView(detail::ViewState& view, std::shared_ptr<const btree::TreeReader> tree)
        : view_(&view), bytes_(tree.get()), tree_(std::move(tree)) {}

    [[nodiscard]] TreeRef<K, V> ref() const { return tree_.ref(); }
    [[nodiscard]] std::size_t size() const { return tree_.size(); }
    [[nodiscard]] bool empty() const { return tree_.empty(); }

    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] std::optional<Found> find(const Q& key) const {
        const auto value = detail::peek_value(*bytes_, detail::EncodedKey<K>{key});
        if (!value) return std::nullopt;
        return Values::view(*value);
    }
    /// Throws: NotFoundError naming the key.
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] Found at(const Q& key) const {
        const detail::EncodedKey<K> bytes{key};
        const auto value = detail::peek_value(*bytes_, bytes);
        if (!value) detail::throw_no_key(*bytes_, bytes);
        return Values::view(*value);
    }
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] bool contains(const Q& key) const {
        return detail::peek_value(*bytes_, detail::EncodedKey<K>{key}).has_value();
    }
    template <class F, detail::KeyArgument<K> Q = K>
        requires std::invocable<F&, Found>
    bool visit(const Q& key, F&& fn) const {
        const auto value = find(key);
        if (value) std::invoke(fn, *value);
        return value.has_value();
    }

    /// As a Tree's: `fn(i, value)`, in any order.
    template <class F>
        requires std::invocable<F&, std::size_t, std::optional<Found>>
    void visit_many(std::span<const K> keys, F&& fn) const {
        tree_.visit_many(keys, std::forward<F>(fn));
    }
    /// The values in the order of the keys. Cost: see Tree::visit_many().
    [[nodiscard]] std::vector<std::optional<Found>> find_many(std::span<const K> keys) const {
        std::vector<std::optional<Found>> found(keys.size());
        visit_many(keys, [&found](std::size_t i, const auto& value) { found[i] = value; });
        return found;
    }

    /// Iterations are a Tree's: what they show is valid until the iterator moves.
    [[nodiscard]] iterator begin() const { return tree_.begin(); }
    [[nodiscard]] iterator end() const { return {}; }
    template <detail::KeyArgument<K> L = K, detail::KeyArgument<K> H = K>
    [[nodiscard]] Range range(const L& low, const H& high) const {
        return tree_.range(low, high);
    }
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] Range from(const Q& low) const {
        return tree_.from(low);
    }
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] Range until(const Q& high) const {
        return tree_.until(high);
    }
    [[nodiscard]] Range reversed() const { return tree_.reversed(); }
    template <class... Qs>
        requires requires(const Tree<K, V>& tree, const Qs&... start) { tree.prefix(start...); }
    [[nodiscard]] Range prefix(const Qs&... start) const { return tree_.prefix(start...); }
    [[nodiscard]] std::vector<Range> partitions(std::size_t n) const { return tree_.partitions(n); }

    [[nodiscard]] std::optional<EntryView<K, V>> first() const { return nearest({}); }
    [[nodiscard]] std::optional<EntryView<K, V>> last() const {
        return nearest({.reversed = true});
    }
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] std::optional<EntryView<K, V>> floor(const Q& key) const {
        return nearest(
            {.high = detail::key_bytes<K>(key), .high_included = true, .reversed = true});
    }
    template <detail::KeyArgument<K> Q = K>
    [[nodiscard]] std::optional<EntryView<K, V>> ceiling(const Q& key) const {
        return nearest({.low = detail::key_bytes<K>(key)});
    }

  private:
    /// The key is copied into the View: the cursor that made it goes. The value stays where it is,
    /// since the View keeps the bucket's memory.
    [[nodiscard]] std::optional<EntryView<K, V>> nearest(const btree::Bounds& bounds) const {
        const auto cursor = bytes_->nearest(bounds);
        if (cursor == nullptr || !cursor->valid()) return std::nullopt;
        if constexpr (Keys::kFixed) {
            return EntryView<K, V>{Keys::view(cursor->head()), Values::view(cursor->value())};
        } else {
            const BytesView key = detail::lend_key(*view_, cursor->key());
            std::string& unescaped = detail::lend_text(*view_);
            return EntryView<K, V>{Keys::view(key, unescaped), Values::view(cursor->value())};
        }
    }

    detail::ViewState* view_;
    const btree::TreeReader* bytes_;
    Tree<K, V> tree_;  // owns *bytes_
};

}  // namespace vitrine
