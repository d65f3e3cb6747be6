#include "mvcc/snapshot.hpp"

#include "mvcc/store.hpp"

namespace vitrine::mvcc {

Snapshot::Snapshot(const Snapshot& other) noexcept : pin_(other.pin_) {
    if (pin_ != nullptr) Pins::share(*pin_);
}

Snapshot::~Snapshot() {
    if (pin_ != nullptr) Pins::release(*pin_);
}

Version Snapshot::version() const { return pin_->version(); }

core::Time Snapshot::time() const { return store().time_of(version()); }

Store& Snapshot::store() const { return *pin_->store; }

const ObjectVersion* Snapshot::peek(ObjectId id) const {
    const ObjectVersion* found = store().version_at(id, version());
    return found == nullptr || found->tombstone() ? nullptr : found;
}

VersionHandle Snapshot::find(ObjectId id) const {
    const Epoch::Guard guard;
    VersionHandle found = store().hold_at(id, version());
    if (found && found->tombstone()) return {};
    return found;
}

View::View(Snapshot snapshot)
    : snapshot_(std::move(snapshot)), slot_(Epoch::take_slot(EpochSlot::Use::view)) {
    Epoch::enter(*slot_);
}

View::View(View&& other) noexcept
    : snapshot_(std::move(other.snapshot_)), slot_(std::exchange(other.slot_, nullptr)) {}

View& View::operator=(View&& other) noexcept {
    std::swap(snapshot_, other.snapshot_);
    std::swap(slot_, other.slot_);
    return *this;
}

View::~View() {
    if (slot_ == nullptr) return;
    Epoch::leave(*slot_);
    Epoch::give_back(slot_);
}

}  // namespace vitrine::mvcc
