#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <vitrine/detail/tree_reader.hpp>
#include <vitrine/entry.hpp>

namespace vitrine {

namespace detail {

/// The entry at a cursor: the key alone for a set.
template <class K, class V>
auto show_entry(btree::Cursor& cursor, std::string& unescaped) {
    const auto key = [&] {
        if constexpr (KeyCodec<K>::kFixed)
            return KeyCodec<K>::view(cursor.head());
        else
            return KeyCodec<K>::view(cursor.key(), unescaped);
    };
    if constexpr (std::same_as<V, Unit>)
        return key();
    else
        return EntryView<K, V>{key(), ValueCodec<V>::view(cursor.value())};
}

/// What `operator->` gives where `operator*` gives a value.
template <class T>
class Arrow {
  public:
    explicit Arrow(T value) : value_(std::move(value)) {}
    const T* operator->() const { return &value_; }

  private:
    T value_;
};

}  // namespace detail

/// A place in an iteration. Single pass: copies move together, as those of std::istream_iterator.
/// It holds the tree and the bucket in which it stands, so that it stays valid whatever happens to
/// its range, its snapshot or the store; it does not hold back other memory.
/// Lifetime: what `*` gives is valid until the iterator, or a copy of it, moves.
/// Threads: one at a time. Cost: a step is a few ns inside a bucket; entering one may read storage.
/// Throws (when it moves): CorruptionError, StorageError.
template <class K, class V>
class TreeIterator {
  public:
    using value_type = decltype(detail::show_entry<K, V>(std::declval<btree::Cursor&>(),
                                                         std::declval<std::string&>()));
    using reference = value_type;
    using pointer = detail::Arrow<value_type>;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::input_iterator_tag;

    /// The end.
    TreeIterator() = default;
    TreeIterator(std::shared_ptr<const btree::TreeReader> tree, const btree::Bounds& bounds)
        : state_(std::make_shared<State>(std::move(tree), bounds)), cursor_(state_->cursor.get()) {}

    /// Requires: not the end.
    value_type operator*() const { return detail::show_entry<K, V>(*cursor_, state_->unescaped); }
    pointer operator->() const { return pointer{**this}; }
    TreeIterator& operator++() {
        cursor_->step();
        return *this;
    }
    void operator++(int) { ++*this; }

    friend bool operator==(const TreeIterator& a, const TreeIterator& b) {
        return a.at_end() == b.at_end();
    }
    friend bool operator==(const TreeIterator& a, std::default_sentinel_t) { return a.at_end(); }

  private:
    struct State {
        State(std::shared_ptr<const btree::TreeReader> from, const btree::Bounds& bounds)
            : tree(std::move(from)), cursor(tree->cursor(bounds)) {}
        std::shared_ptr<const btree::TreeReader> tree;  // goes after the cursor
        std::unique_ptr<btree::Cursor> cursor;
        std::string unescaped;
    };

    [[nodiscard]] bool at_end() const { return cursor_ == nullptr || !cursor_->valid(); }

    std::shared_ptr<State> state_;
    btree::Cursor* cursor_ = nullptr;
};

}  // namespace vitrine
