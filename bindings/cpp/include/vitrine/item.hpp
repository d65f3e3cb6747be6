#pragma once

#include <utility>

#include <vitrine/detail/cursor.hpp>
#include <vitrine/detail/struct_type.hpp>

namespace vitrine {

/// An owning handle to a struct that is the value of a tree's key. It stays valid, and unchanged,
/// after its tree, snapshot and store are gone.
///
///     auto station = readings.at(key)->getStation();   // WRONG: dangles, the text is the item's
///     auto item = readings.at(key);                    // right: keep the item
///     auto station = item->getStation();
///
/// Threads: a value; copies may be used and dropped by any thread.
/// Cost: copying counts a reference; no allocation.
template <class T>
class Item {
  public:
    using Reader = typename T::Reader;

    explicit Item(btree::OwnedValue value)
        : hold_(std::move(value.hold)),
          reader_(detail::read_flat<T>(reinterpret_cast<const capnp::word*>(value.bytes.data()))) {}

    /// Lifetime: what it gives is the item's.
    const Reader* operator->() const { return &reader_; }
    const Reader& operator*() const { return reader_; }

  private:
    btree::ValueHold hold_;
    Reader reader_;
};

}  // namespace vitrine
