#include "mvcc/past.hpp"

#include <vitrine/error.hpp>
#include <vitrine/store.hpp>

#include "bindings/cpp/src/object_types.hpp"
#include "bindings/cpp/src/open_store.hpp"
#include "btree/migrate.hpp"
#include "btree/undo.hpp"
#include "mvcc/working_copy.hpp"

namespace vitrine {

// Each stands on a snapshot, which keeps the machine whoever closes the store meanwhile.

Snapshot Store::snapshot_at(Version version) const {
    const mvcc::Snapshot keep = store().snapshot();
    return Snapshot{keep.store().snapshot_at(version)};
}

Snapshot Store::snapshot_at(std::chrono::system_clock::time_point time) const {
    const mvcc::Snapshot keep = store().snapshot();
    return Snapshot{keep.store().snapshot_at(time)};
}

std::vector<CommitInfo> Store::commits(Version after, std::size_t limit) const {
    const mvcc::Snapshot keep = store().snapshot();
    return mvcc::commits(keep.store(), after, limit);
}

std::vector<ObjectVersion> Store::history_of(AnyRef ref, const detail::StructType& type) const {
    const mvcc::Snapshot keep = store().snapshot();
    std::vector<ObjectVersion> versions;
    for (mvcc::PastVersion& version : mvcc::history(keep.store(), core::to_id(ref))) {
        if (version.type != type.id && versions.empty())
            detail::throw_other_type(keep.store(), core::to_id(ref), version.type, type);
        versions.push_back(std::move(version.info));
    }
    return versions;
}

UndoPlan Store::plan_undo(Version version) const {
    const mvcc::Snapshot keep = store().snapshot();
    return btree::plan_undo(keep.store(), version);
}

Version Store::undo(Version version) {
    const mvcc::Snapshot keep = store().snapshot();
    return btree::undo(keep.store(), version);
}

void Store::set_merge(const detail::StructType& type, Merge merge) {
    const mvcc::Snapshot keep = store().snapshot();
    detail::check_schema(keep.store(), type);
    keep.store().mergers().set(
        type.id,
        [merge = std::move(merge)](core::Words base, core::Words theirs, core::Words mine) {
            mvcc::WorkingCopy merged(mine);
            merge(detail::as_words(base), detail::as_words(theirs), detail::as_words(mine),
                  merged.message());
            return merged.flatten();
        });
}

MigrationReport Store::migrate_type(const detail::StructType& from, const detail::StructType& to,
                                    const Convert& convert, const Progress& progress) {
    const mvcc::Snapshot keep = store().snapshot();
    detail::check_schema(keep.store(), from);
    detail::check_schema(keep.store(), to);
    return btree::migrate(
        keep.store(), from.id, to.id,
        [&](core::Words old) {
            mvcc::WorkingCopy fresh;
            convert(detail::as_words(old), fresh.message());
            return fresh.flatten();
        },
        progress);
}

}  // namespace vitrine
