#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include <vitrine/tree_range.hpp>

namespace vitrine::detail {

enum class Merge { unite, intersect, subtract };

/// Two cursors over keys of one kind, walked together in key order.
///
/// Invariant, after settle(): `shown` is the cursor at the merge's next entry, or null at its end;
/// the other one stands at its key or beyond.
class MergeCursor {
  public:
    MergeCursor(std::unique_ptr<btree::Cursor> a, std::unique_ptr<btree::Cursor> b, Merge merge,
                bool fixed_keys)
        : a_(std::move(a)), b_(std::move(b)), merge_(merge), fixed_keys_(fixed_keys) {
        settle();
    }

    [[nodiscard]] btree::Cursor* shown() const { return shown_; }
    void step();

  private:
    void settle();
    void seek_least();
    void seek_common();
    void seek_lone();
    /// Requires: both are valid.
    [[nodiscard]] std::strong_ordering compare() const;

    std::unique_ptr<btree::Cursor> a_;
    std::unique_ptr<btree::Cursor> b_;
    Merge merge_;
    bool fixed_keys_;
    btree::Cursor* shown_ = nullptr;
};

/// A merge of two trees as a range; single pass, as a tree's.
template <class K, class V, Merge kMerge>
class MergeRange {
  public:
    class iterator {
      public:
        using value_type = typename TreeIterator<K, V>::value_type;
        using reference = value_type;
        using pointer = Arrow<value_type>;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::input_iterator_tag;

        iterator() = default;
        iterator(std::shared_ptr<const btree::TreeReader> a,
                 std::shared_ptr<const btree::TreeReader> b)
            : state_(std::make_shared<State>(std::move(a), std::move(b))) {}

        /// Requires: not the end.
        value_type operator*() const {
            return show_entry<K, V>(*state_->cursor.shown(), state_->unescaped);
        }
        pointer operator->() const { return pointer{**this}; }
        iterator& operator++() {
            state_->cursor.step();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& x, const iterator& y) {
            return x.at_end() == y.at_end();
        }
        friend bool operator==(const iterator& x, std::default_sentinel_t) { return x.at_end(); }

      private:
        struct State {
            State(std::shared_ptr<const btree::TreeReader> from_a,
                  std::shared_ptr<const btree::TreeReader> from_b)
                : a(std::move(from_a)),
                  b(std::move(from_b)),
                  cursor(a->cursor({}), b->cursor({}), kMerge, KeyCodec<K>::kFixed) {}
            std::shared_ptr<const btree::TreeReader> a;  // go after the cursors
            std::shared_ptr<const btree::TreeReader> b;
            MergeCursor cursor;
            std::string unescaped;
        };
        [[nodiscard]] bool at_end() const {
            return state_ == nullptr || state_->cursor.shown() == nullptr;
        }

        std::shared_ptr<State> state_;
    };
    using const_iterator = iterator;
    using value_type = typename iterator::value_type;

    MergeRange(std::shared_ptr<const btree::TreeReader> a,
               std::shared_ptr<const btree::TreeReader> b)
        : a_(std::move(a)), b_(std::move(b)) {}

    /// Cost: two descents; allocates. Throws: CorruptionError, StorageError.
    [[nodiscard]] iterator begin() const { return iterator{a_, b_}; }
    [[nodiscard]] iterator end() const { return {}; }
    [[nodiscard]] bool empty() const { return begin() == end(); }

  private:
    std::shared_ptr<const btree::TreeReader> a_;
    std::shared_ptr<const btree::TreeReader> b_;
};

}  // namespace vitrine::detail
