#include "core/archive/store_copy.hpp"

#include "core/archive/store_writer.hpp"
#include "core/lmdb/lmdb_storage.hpp"

namespace vitrine::core::archive {

BackupReport fill_store(const Source& source, const PartFile& file,
                        std::optional<Identity> identity, Meter& meter) {
    StorageState state = state_of(source);
    const Span span = span_of(state.history, source.newest);
    meter.expect(state.next_object_id);
    BackupReport report;
    RowSum rows;
    {
        const auto copy = lmdb::open(file.path(), {.identity = identity});
        StoreWriter writer(*copy, state);
        StateScan scan(source.storage, span);
        const auto add = [&](const StateRow& row) {
            writer.add(row);
            return !writer.full();
        };
        while (scan.next_page(add)) {
            if (writer.full()) writer.flush();
            meter.at(scan.place().value);
        }
        each_commit(source, span.oldest, [&](CommitRow&& commit) {
            writer.add(std::move(commit));
            if (writer.full()) writer.flush();
        });
        // Only now: whatever the history still reaches was there when it was copied.
        state = state_of(source);
        writer.finish(state, source.storage.types());
        rows = writer.rows();
        report.commits = writer.commits();
    }
    meter.step();
    file.sync();
    {
        const auto copy = lmdb::open(file.path(), {.create_if_missing = false, .read_only = true});
        verify_written(*copy, rows, report.commits);
        report.bytes = copy->size().file_bytes;
    }
    report.version = source.newest;
    report.oldest = span_of(state.history, source.newest).oldest;
    report.rows = rows.rows;
    return report;
}

BackupReport copy_store(const Source& source, const std::filesystem::path& target,
                        const Progress& progress) {
    Meter meter(progress, "the backup");
    PartFile file(target, PartFile::Kind::store);
    const BackupReport report = fill_store(source, file, std::nullopt, meter);
    meter.step();
    file.publish();
    return report;
}

}  // namespace vitrine::core::archive
