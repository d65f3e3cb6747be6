#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <utility>

#include <vitrine/detail/update.hpp>
#include <vitrine/tree.hpp>

namespace vitrine {

/// A tree inside a transaction: read as it is with the transaction's changes, and changed. It
/// serves wherever a `const Tree&` is read. What it reads is validated at commit (under
/// Isolation::serializable); what it writes conflicts per key, never per bucket.
///
///     auto tree = store.begin().tree<K, V>("t");   // WRONG: its transaction has gone, and
///                                                 // every call is a UsageError
///
/// Changing a tree while iterating over it is allowed: the iteration shows the tree as it was when
/// it began. Threads: its transaction's, one at a time. Nothing is visible to others before
/// commit().
/// Throws, every member: UsageError after the transaction's end and for arguments that do not fit.
template <class K, class V>
class TreeEditor : public Tree<K, V> {
    using Values = detail::ValueCodec<V>;
    static constexpr bool kSet = std::same_as<V, Unit>;

  public:
    TreeEditor() = default;
    explicit TreeEditor(std::shared_ptr<btree::TreeWriter> writer)
        : Tree<K, V>(writer), writer_(writer.get()) {}

    /// Inserts or replaces; reads nothing. A struct is given as its reader or builder, as an Item
    /// or Object, or as a function that fills a T::Builder.
    template <detail::KeyArgument<K> Q = K, detail::ValueArgument<V> W = V>
        requires(!kSet)
    void put(const Q& key, W&& value) {
        writer().put(detail::EncodedKey<K>{key}, detail::EncodedValue<V>{std::forward<W>(value)});
    }
    template <detail::KeyArgument<K> Q = K>
    requires kSet void put(const Q& key) { writer().put(detail::EncodedKey<K>{key}, {}); }

    /// False, and nothing changed, when the key is present.
    template <detail::KeyArgument<K> Q = K, detail::ValueArgument<V> W = V>
        requires(!kSet)
    bool insert(const Q& key, W&& value) {
        return writer().insert(detail::EncodedKey<K>{key},
                               detail::EncodedValue<V>{std::forward<W>(value)});
    }
    template <detail::KeyArgument<K> Q = K>
    requires kSet bool insert(const Q& key) {
        return writer().insert(detail::EncodedKey<K>{key}, {});
    }

    /// Blind: absent is fine, and nothing is read.
    template <detail::KeyArgument<K> Q = K>
    void erase(const Q& key) {
        writer().erase(detail::EncodedKey<K>{key});
    }
    /// Erases, and tells whether the key was there.
    template <detail::KeyArgument<K> Q = K>
    bool remove(const Q& key) {
        return writer().remove(detail::EncodedKey<K>{key});
    }
    /// Erases what is there when the transaction commits. Blind; conflicts with nothing.
    void clear() { writer().clear(); }

    /// Replaces the value by what `fn` makes of it: `fn(T::Builder)` for structs, else
    /// `fn(value) -> value`. Throws: NotFoundError naming the key when it is absent.
    template <class F, detail::KeyArgument<K> Q = K>
        requires(detail::UpdateFunction<F, V>)
    void update(const Q& key, F&& fn) {
        const detail::EncodedKey<K> bytes{key};
        auto value = this->find_bytes(bytes);
        if (!value) detail::throw_no_key(this->reader(), bytes);
        if constexpr (Values::kHeld) {
            detail::BuildSpace space;
            space.message().setRoot(**value);
            std::invoke(fn, space.message().template getRoot<V>());
            detail::FlatWords words;
            writer().put(bytes, words.flatten(space.message().template getRoot<V>().asReader()));
        } else {
            writer().put(bytes, detail::EncodedValue<V>{std::invoke(fn, *std::move(value))});
        }
    }

    /// Adds to a number; an absent key counts as 0. It lands on whatever is newest at commit, so it
    /// never conflicts with other adds. `delta` may be negative for unsigned values too; integers
    /// wrap.
    template <detail::KeyArgument<K> Q = K, class D = V>
        requires(detail::DeltaArgument<D, V>)
    void add(const Q& key, D delta) {
        writer().add(detail::EncodedKey<K>{key}, detail::to_delta<V>(delta));
    }

  private:
    [[nodiscard]] btree::TreeWriter& writer() const {
        static_cast<void>(this->reader());  // refuses an editor of nothing
        return *writer_;
    }

    btree::TreeWriter* writer_ = nullptr;  // the base's tree
};

}  // namespace vitrine
