#include "mvcc/backup.hpp"

#include <vitrine/error.hpp>

#include "core/archive/store_copy.hpp"
#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {
namespace {

core::archive::Source source_of(const Snapshot& snapshot) {
    return {snapshot.store().storage(), snapshot.version(), snapshot.time()};
}

}  // namespace

Snapshot snapshot_on_disk(Store& store) {
    yield_point("backup:begin");
    const bool behind = store.pipeline().stored() < store.version() ||
                        store.options().durability == Durability::deferred;
    if (behind && !store.options().read_only) {
        // A step that is planned before the pin is seen holds only commits that were published, so
        // what it erases ended at or before the pinned version.
        Snapshot snapshot = store.snapshot();
        store.write_through();
        const auto held = store.pipeline().hold_batches();
        store.pipeline().write_out();
        return snapshot;
    }
    // A batch that was planned before the pin stood would erase rows of the version that is the
    // newest until it is published.
    const auto held = store.pipeline().hold_batches();
    if (store.storage().failed())
        throw StorageError(store.storage().name() +
                           ": a write failed and left what is on the disk in doubt: open it anew "
                           "before it is backed up");
    // Orphans (D2) come to the disk with the next batch, later than who looks at it would think.
    if (!store.options().read_only) store.pipeline().write_out();
    return store.snapshot();
}

BackupReport backup(Store& store, const std::filesystem::path& target, const Progress& progress) {
    const Snapshot snapshot = snapshot_on_disk(store);
    yield_point("backup:pinned");
    return core::archive::copy_store(source_of(snapshot), target, progress);
}

BackupReport backup_archive(Store& store, const std::optional<core::archive::Since>& since,
                            const std::filesystem::path& target, const Progress& progress) {
    const Snapshot snapshot = snapshot_on_disk(store);
    yield_point("backup:pinned");
    return core::archive::write_archive(source_of(snapshot), since, target, progress);
}

}  // namespace vitrine::mvcc
