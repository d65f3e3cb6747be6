#pragma once

#include <memory>

#include "core/storage.hpp"
#include "mvcc/object_version.hpp"
#include "mvcc/pins.hpp"

namespace vitrine::mvcc {

class Store;

/// The whole store as of one commit: a number and a pin (invariant 2 of the design).
/// Threads: a value; copies may be used by any thread. Outlives the user's Store: it keeps the
/// machine, and so the file, open.
class Snapshot {
  public:
    Snapshot() = default;
    Snapshot(const Snapshot& other) noexcept;
    Snapshot(Snapshot&& other) noexcept : pin_(std::exchange(other.pin_, nullptr)) {}
    Snapshot& operator=(Snapshot other) noexcept {
        std::swap(pin_, other.pin_);
        return *this;
    }
    ~Snapshot();

    explicit operator bool() const { return pin_ != nullptr; }
    [[nodiscard]] Version version() const;
    /// When the commit was made. Cost: a lock and a look-up.
    [[nodiscard]] core::Time time() const;
    [[nodiscard]] Store& store() const;

    /// The version of the object that this snapshot shows, or nothing: absent or erased.
    /// Throws: CorruptionError, StorageError. Cost: a few loads when resident; a storage read if not.
    [[nodiscard]] VersionHandle find(ObjectId id) const;

    /// The same without counting. Requires: the caller is inside an Epoch (a Guard or a View), and
    /// uses the pointer only there.
    [[nodiscard]] const ObjectVersion* peek(ObjectId id) const;

    /// While true, the snapshot is the base of a commit in progress (DirectPersist, D2).
    void set_committing(bool committing) const {
        pin_->committing.store(committing, std::memory_order_relaxed);
    }

  private:
    friend class Store;
    explicit Snapshot(PinSlot* pin) : pin_(pin) {}
    PinSlot* pin_ = nullptr;
};

/// One thread's window on a snapshot: what peek() gives stays valid while the View lives.
/// Threads: one at a time.
class View {
  public:
    explicit View(Snapshot snapshot);
    View(View&& other) noexcept;
    View& operator=(View&& other) noexcept;
    ~View();

    [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
    [[nodiscard]] const ObjectVersion* find(ObjectId id) const { return snapshot_.peek(id); }

  private:
    Snapshot snapshot_;
    EpochSlot* slot_ = nullptr;
};

}  // namespace vitrine::mvcc
