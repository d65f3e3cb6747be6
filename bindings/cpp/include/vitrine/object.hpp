#pragma once

#include <utility>

#include <vitrine/detail/snapshot_handle.hpp>
#include <vitrine/ref.hpp>
#include <vitrine/version.hpp>

namespace vitrine {

/// An owning handle to one immutable version of an object. It stays valid, and unchanged, after its
/// snapshot and store are gone, whatever later commits do to the object.
///
///     auto owner = snapshot.get(ref)->getOwner();   // WRONG: dangles, the text is the Object's
///     auto account = snapshot.get(ref);             // right: keep the object
///     auto owner = account->getOwner();
///
/// Threads: a value; copies may be used and dropped by any thread.
/// Cost: copying counts a reference; no allocation.
template <class T>
class Object {
  public:
    using Reader = typename T::Reader;

    Object(Ref<T> ref, detail::FoundObject found)
        : version_(std::move(found.version)),
          reader_(detail::read_flat<T>(found.words)),
          ref_(ref) {}

    /// Lifetime: what it gives is the object's.
    const Reader* operator->() const { return &reader_; }
    const Reader& operator*() const { return reader_; }

    [[nodiscard]] Ref<T> ref() const { return ref_; }
    /// The commit that wrote this version.
    [[nodiscard]] Version version() const { return detail::born(version_); }

  private:
    mvcc::VersionHandle version_;
    Reader reader_;
    Ref<T> ref_;
};

}  // namespace vitrine
