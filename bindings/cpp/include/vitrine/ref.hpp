#pragma once

#include <compare>
#include <functional>
#include <ostream>

#include <vitrine/any_ref.hpp>
#include <vitrine/detail/struct_type.hpp>
#include <vitrine/vitrine.capnp.h>

namespace vitrine {

/// A stored, typed reference to an object: 8 bytes, owns nothing. `T` is a Cap'n Proto struct. The
/// null reference (`Ref<T>{}`) refers to nothing and is false. What it refers to is asked of a
/// Snapshot, a View or a Transaction; whether it is of type T is checked there.
/// Threads: a value; copy it freely.
template <class T>
class Ref {
    static_assert(detail::CapnpStruct<T>,
                  "Ref<T> refers to a Cap'n Proto struct T; for a tree use vitrine::TreeRef<K, V>");

  public:
    constexpr Ref() = default;
    /// Takes the reference to be one to a T.
    explicit constexpr Ref(AnyRef any) : any_(any) {}
    /// Out of a stored field: `Ref<Account> parent{reader.getParent()};`
    explicit Ref(typename schema::Ref<T>::Reader stored) : any_(stored.getId()) {}

    /// Into a stored field: `parent.store(builder.initParent());`
    void store(typename schema::Ref<T>::Builder field) const { field.setId(any_.id()); }

    [[nodiscard]] constexpr std::uint64_t id() const { return any_.id(); }
    explicit constexpr operator bool() const { return static_cast<bool>(any_); }
    constexpr operator AnyRef() const { return any_; }  // NOLINT(google-explicit-constructor)

    friend constexpr auto operator<=>(Ref a, Ref b) { return a.any_ <=> b.any_; }
    friend constexpr bool operator==(Ref a, Ref b) { return a.any_ == b.any_; }
    friend std::ostream& operator<<(std::ostream& out, Ref ref) { return out << ref.any_; }

  private:
    AnyRef any_;
};

/// The same for a tree from `K` to `V`.
template <class K, class V>
class TreeRef {
  public:
    constexpr TreeRef() = default;
    /// Takes the reference to be one to such a tree.
    explicit constexpr TreeRef(AnyRef any) : any_(any) {}
    /// Out of a stored field: `TreeRef<std::int64_t, Entry> ledger{reader.getLedger()};`
    explicit TreeRef(schema::TreeRef::Reader stored) : any_(stored.getId()) {}

    /// Into a stored field: `ledger.store(builder.initLedger());`
    void store(schema::TreeRef::Builder field) const { field.setId(any_.id()); }

    [[nodiscard]] constexpr std::uint64_t id() const { return any_.id(); }
    explicit constexpr operator bool() const { return static_cast<bool>(any_); }
    constexpr operator AnyRef() const { return any_; }  // NOLINT(google-explicit-constructor)

    friend constexpr auto operator<=>(TreeRef a, TreeRef b) { return a.any_ <=> b.any_; }
    friend constexpr bool operator==(TreeRef a, TreeRef b) { return a.any_ == b.any_; }
    friend std::ostream& operator<<(std::ostream& out, TreeRef ref) { return out << ref.any_; }

  private:
    AnyRef any_;
};

namespace detail {

template <class Stored>
struct TargetOf;
template <class T>
struct TargetOf<schema::Ref<T>> {
    using Type = T;
};

}  // namespace detail

/// A stored field as a reference, with T deduced: `auto parent = ref(reader.getParent());`
template <class Reader>
[[nodiscard]] auto ref(Reader stored)
    -> Ref<typename detail::TargetOf<typename Reader::Reads>::Type> {
    return Ref<typename detail::TargetOf<typename Reader::Reads>::Type>{stored};
}

}  // namespace vitrine

template <class T>
struct std::hash<vitrine::Ref<T>> {
    std::size_t operator()(vitrine::Ref<T> ref) const noexcept {
        return std::hash<vitrine::AnyRef>{}(ref);
    }
};

template <class K, class V>
struct std::hash<vitrine::TreeRef<K, V>> {
    std::size_t operator()(vitrine::TreeRef<K, V> ref) const noexcept {
        return std::hash<vitrine::AnyRef>{}(ref);
    }
};
