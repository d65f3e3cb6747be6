#pragma once

#include <cstddef>
#include <cstdint>

#include <capnp/common.h>

#include <vitrine/any_ref.hpp>
#include <vitrine/detail/struct_type.hpp>
#include <vitrine/detail/version_handle.hpp>
#include <vitrine/version.hpp>

namespace vitrine::mvcc {
class Snapshot;
class Store;
class View;
}  // namespace vitrine::mvcc

namespace vitrine::detail {

/// The machine's snapshot, in place and without its header. May be empty.
class SnapshotHandle {
  public:
    SnapshotHandle() noexcept;
    explicit SnapshotHandle(mvcc::Snapshot&& snapshot) noexcept;
    SnapshotHandle(const SnapshotHandle& other) noexcept;
    SnapshotHandle(SnapshotHandle&& other) noexcept;
    SnapshotHandle& operator=(const SnapshotHandle& other) noexcept;
    SnapshotHandle& operator=(SnapshotHandle&& other) noexcept;
    ~SnapshotHandle();

    /// Throws: UsageError when empty.
    [[nodiscard]] const mvcc::Snapshot& machine() const;

  private:
    alignas(void*) std::byte place_[sizeof(void*)];
};

/// A version of an object and its payload.
struct FoundObject {
    mvcc::VersionHandle version{};
    const capnp::word* words = nullptr;  ///< null: absent
};

/// Throws: TypeError, SchemaError, CorruptionError, StorageError.
FoundObject find_object(const mvcc::Snapshot& snapshot, AnyRef ref, const StructType& type);
/// The commit that wrote it.
Version born(const mvcc::VersionHandle& version);

[[noreturn]] void throw_no_object(AnyRef ref);

}  // namespace vitrine::detail
