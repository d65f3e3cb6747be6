#include "core/archive/write_archive.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/archive/archive_reader.hpp"
#include "core/archive/archive_writer.hpp"
#include "core/archive/part_file.hpp"
#include "core/archive/row_sum.hpp"
#include "core/archive/survivors.hpp"
#include "core/commit_row.hpp"
#include "core/record.hpp"

namespace vitrine::core::archive {
namespace {

/// Throws: StorageError. What the store's own log knows of the version is compared.
Header header_of(const Source& source, const StorageState& state,
                 const std::optional<Since>& since) {
    Header header{state.identity, {}, {}, source.newest, source.time};
    if (!since) return header;
    if (since->version > source.newest)
        throw StorageError(
            fmt::format("{}: there is no version {} to begin an increment with: the newest is {}",
                        source.storage.name(), since->version.value(), source.newest.value()));
    header.since = since->version;
    header.since_time = since->time;
    std::optional<CommitRow> own = source.storage.next_commit(since->version);
    if (since->version == source.newest) own = CommitRow{source.newest, source.time};
    if (own && own->version == since->version) {
        if (since->time && *since->time != own->time)
            throw StorageError(fmt::format(
                "{}: its version {} is another one than that with which the archive before ends",
                source.storage.name(), since->version.value()));
        header.since_time = own->time;
    }
    return header;
}

class ArchiveCopy {
  public:
    ArchiveCopy(ArchiveWriter& writer, std::optional<Version> since)
        : writer_(writer), since_(since) {}

    void add(const StateRow& row) {
        const bool old = since_ && row.key.version <= *since_;
        if (row.ends_alone && !(old && row.until <= *since_)) writer_.end(row.key, row.until);
        if (old) {
            survivors_.add(row.key.id);
        } else {
            writer_.row(row.key, row.value);
            rows_.add(row.key, row.value);
        }
    }
    void finish_rows() {
        writer_.begin_second_part();
        const std::vector<Word>& entries = survivors_.finish();
        writer_.survivors(entries, survivors_.count());
    }
    [[nodiscard]] const RowSum& rows() const { return rows_; }

  private:
    ArchiveWriter& writer_;
    const std::optional<Version> since_;
    Survivors survivors_;
    RowSum rows_;
};

RowSum read_back(const std::filesystem::path& file, const Meter& meter) {
    const ArchiveFile archive(file);
    RowSum rows;
    std::uint64_t found = 0;
    EntryStream stream(archive, EntryStream::Part::rows);
    while (const Entry* entry = stream.next()) {
        if (entry->kind == EntryKind::row) {
            const RowKey key{ObjectId{entry->number}, Version{entry->first}};
            check_row(key.id, key.version, entry->words);
            rows.add(key, entry->words);
            if (++found % 512 == 0) meter.step();
        } else if (entry->kind != EntryKind::end) {
            stream.refuse();
        }
    }
    EntryStream rest(archive, EntryStream::Part::rest);
    while (const Entry* entry = rest.next()) {
        if (entry->kind == EntryKind::commit)
            decode_commit(Version{entry->number}, std::as_bytes(entry->words).first(entry->first),
                          archive.name());
    }
    return rows;
}

}  // namespace

void verify_archive(const std::filesystem::path& file, const Meter& meter) {
    static_cast<void>(read_back(file, meter));
}

Since end_of(const std::filesystem::path& archive, const Identity& identity) {
    const ArchiveFile file(archive);
    if (file.header().identity != identity)
        throw StorageError(file.name() + ": the archive is of another store");
    return {file.header().to, file.header().to_time};
}

BackupReport write_archive(const Source& source, const std::optional<Since>& since,
                           const std::filesystem::path& target, const Progress& progress) {
    Meter meter(progress, "the backup");
    PartFile file(target, PartFile::Kind::archive);
    StorageState state = state_of(source);
    const Span span = span_of(state.history, source.newest);
    meter.expect(state.next_object_id);
    const Header header = header_of(source, state, since);
    BackupReport report;
    RowSum rows;
    {
        ArchiveWriter writer(file.path(), header);
        ArchiveCopy copy(writer, header.since);
        StateScan scan(source.storage, span);
        const auto add = [&](const StateRow& row) {
            copy.add(row);
            return !writer.full();
        };
        while (scan.next_page(add)) {
            if (writer.full()) writer.flush();
            meter.at(scan.place().value);
        }
        copy.finish_rows();
        rows = copy.rows();
        Version from = span.oldest;
        if (header.since && *header.since >= from) from = Version{header.since->value() + 1};
        each_commit(source, from, [&](CommitRow&& commit) { writer.commit(commit); });
        // Only now: whatever the history still reaches was there when it was copied.
        state = state_of(source);
        for (const StoredType& type : source.storage.types()) writer.type(type);
        writer.finish(state.history, state.next_object_id);
        report.rows = writer.counts().rows;
        report.commits = writer.counts().commits;
        report.bytes = writer.bytes();
    }
    meter.step();
    file.sync();
    if (read_back(file.path(), meter) != rows)
        throw CorruptionError(file.path().string() + ": the archive does not read back");
    meter.step();
    file.publish();
    report.version = source.newest;
    report.oldest = span_of(state.history, source.newest).oldest;
    return report;
}

}  // namespace vitrine::core::archive
