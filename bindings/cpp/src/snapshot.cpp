#include "mvcc/snapshot.hpp"

#include <new>

#include <fmt/format.h>

#include <vitrine/error.hpp>
#include <vitrine/snapshot.hpp>

#include "bindings/cpp/src/object_types.hpp"
#include "bindings/cpp/src/roots.hpp"
#include "btree/trees.hpp"
#include "mvcc/store.hpp"

namespace vitrine {
namespace detail {

static_assert(sizeof(mvcc::Snapshot) == sizeof(SnapshotHandle) &&
              alignof(mvcc::Snapshot) <= alignof(SnapshotHandle));

namespace {

mvcc::Snapshot& at(std::byte* place) {
    return *std::launder(reinterpret_cast<mvcc::Snapshot*>(place));
}
const mvcc::Snapshot& at(const std::byte* place) {
    return *std::launder(reinterpret_cast<const mvcc::Snapshot*>(place));
}

}  // namespace

SnapshotHandle::SnapshotHandle() noexcept { new (place_) mvcc::Snapshot; }
SnapshotHandle::SnapshotHandle(mvcc::Snapshot&& snapshot) noexcept {
    new (place_) mvcc::Snapshot(std::move(snapshot));
}
SnapshotHandle::SnapshotHandle(const SnapshotHandle& other) noexcept {
    new (place_) mvcc::Snapshot(at(other.place_));
}
SnapshotHandle::SnapshotHandle(SnapshotHandle&& other) noexcept {
    new (place_) mvcc::Snapshot(std::move(at(other.place_)));
}
SnapshotHandle& SnapshotHandle::operator=(const SnapshotHandle& other) noexcept {
    at(place_) = at(other.place_);
    return *this;
}
SnapshotHandle& SnapshotHandle::operator=(SnapshotHandle&& other) noexcept {
    at(place_) = std::move(at(other.place_));
    return *this;
}
SnapshotHandle::~SnapshotHandle() { at(place_).~Snapshot(); }

const mvcc::Snapshot& SnapshotHandle::machine() const {
    const mvcc::Snapshot& snapshot = at(place_);
    if (!snapshot) [[unlikely]]
        throw UsageError("this Snapshot is of no store, or was moved from");
    return snapshot;
}

FoundObject find_object(const mvcc::Snapshot& snapshot, AnyRef ref, const StructType& type) {
    mvcc::VersionHandle version = snapshot.find(core::to_id(ref));
    if (!version) return {};
    check_type(snapshot.store(), version->id(), version->type(), type);
    const capnp::word* const words = as_words(version->payload());
    return {std::move(version), words};
}

Version born(const mvcc::VersionHandle& version) { return version->born(); }

}  // namespace detail

Version Snapshot::version() const { return machine().version(); }

std::chrono::system_clock::time_point Snapshot::time() const { return machine().time(); }

AnyRef Snapshot::find_root_of(std::string_view name, const detail::StructType& type) const {
    const auto root = btree::find_root(machine(), name);
    if (!root) return {};
    detail::check_root(machine().store(), name, *root, type);
    return core::to_ref(root->id);
}

AnyRef Snapshot::root_of(std::string_view name, const detail::StructType& type) const {
    const AnyRef found = find_root_of(name, type);
    if (!found) detail::throw_no_root(name);
    return found;
}

std::vector<RootInfo> Snapshot::roots() const {
    std::vector<RootInfo> infos;
    for (auto& [name, root] : btree::roots(machine()))
        infos.push_back({std::move(name), core::to_ref(root.id),
                         detail::describe_root(machine().store(), root)});
    return infos;
}

Snapshot::OpenTree Snapshot::open(std::string_view name, const detail::TypedKind& kind) const {
    auto tree = find_open(name, kind);
    if (tree == nullptr) detail::throw_no_root(name);
    return tree;
}

Snapshot::OpenTree Snapshot::find_open(std::string_view name, const detail::TypedKind& kind) const {
    return detail::find_tree(machine(), name, kind);
}

Snapshot::OpenTree Snapshot::open(AnyRef ref, const detail::TypedKind& kind) const {
    return detail::open_tree(machine(), ref, kind);
}

View Snapshot::view() const { return View{detail::open_view(machine())}; }

}  // namespace vitrine
