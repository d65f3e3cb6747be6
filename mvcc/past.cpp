#include "mvcc/past.hpp"

#include <algorithm>

#include <vitrine/error.hpp>

#include "core/record.hpp"

namespace vitrine::mvcc {
namespace {

Snapshot stored_snapshot(Store& store) {
    Snapshot snapshot = store.snapshot();
    if (store.pipeline().stored() < snapshot.version()) store.write_through();
    return snapshot;
}

CommitInfo info_of(const core::CommitRow& row) {
    CommitInfo info{row.version, row.time, row.note, {}};
    info.changed.reserve(row.changed.size());
    for (const ObjectId id : row.changed) info.changed.push_back(core::to_ref(id));
    return info;
}

Version before(Version version) { return Version{version.value() - 1}; }

}  // namespace

std::vector<CommitInfo> commits(Store& store, Version after, std::size_t limit) {
    const Version newest = stored_snapshot(store).version();
    const Version oldest = store.horizon().oldest();
    std::vector<CommitInfo> infos;
    if (!store.horizon().keeps_log() || after >= newest) return infos;
    if (oldest > after && oldest.value() != 0) after = before(oldest);
    for (const core::CommitRow& row : store.storage().commits(after, limit))
        if (row.version <= newest) infos.push_back(info_of(row));
    return infos;
}

CommitInfo commit_info(Store& store, Version version) {
    store.snapshot_at(version);  // says why not
    if (store.pipeline().stored() < version) store.write_through();
    if (version.value() != 0) {
        auto rows = store.storage().commits(before(version), 1);
        if (!rows.empty() && rows.front().version == version) return info_of(rows.front());
    }
    throw SnapshotTooOldError("what commit " + std::to_string(version.value()) +
                              " did is not kept");
}

std::vector<PastVersion> history(Store& store, ObjectId id) {
    const Snapshot now = stored_snapshot(store);
    const Version newest = now.version();
    const Version oldest = std::min(store.horizon().oldest(), newest);
    std::vector<PastVersion> versions;
    std::optional<core::RowKey> at{{id, core::kOpen}};
    bool more = true;
    while (more && at) {
        constexpr std::size_t kAtOnce = 256;
        at = store.storage().scan(at, kAtOnce, [&](core::RowKey key, Words row) {
            more = key.id == id;
            if (!more) return false;
            if (key.version > newest) return true;  // not published yet
            core::check_row(key.id, key.version, row);
            versions.push_back({{key.version, {}, {}, row.size() <= core::kRowHeaderWords},
                                row.empty() ? 0 : row[0]});
            return more = key.version > oldest;  // what is below, the retention does not keep
        });
    }
    for (PastVersion& version : versions) {
        vitrine::ObjectVersion& info = version.info;
        const auto rows = info.version.value() == 0
                              ? std::vector<core::CommitRow>{}
                              : store.storage().commits(before(info.version), 1);
        if (rows.empty() || rows.front().version != info.version) continue;
        info.time = rows.front().time;
        info.note = rows.front().note;
    }
    return versions;
}

}  // namespace vitrine::mvcc
