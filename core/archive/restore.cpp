#include "core/archive/restore.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/archive/merge_rows.hpp"
#include "core/archive/part_file.hpp"
#include "core/archive/store_writer.hpp"
#include "core/commit_row.hpp"
#include "core/lmdb/lmdb_storage.hpp"

namespace vitrine::core::archive {
namespace {

/// Takes over the log of all archives and the types of the last one.
class Rest {
  public:
    Rest(StoreWriter& writer, StorageState& state, Span span)
        : writer_(writer), state_(state), span_(span) {}

    void read(const ArchiveFile& archive, EntryStream& stream, const Entry* entry, bool last) {
        for (; entry != nullptr; entry = stream.next()) {
            if (entry->kind == EntryKind::commit) {
                add(decode_commit(Version{entry->number},
                                  std::as_bytes(entry->words).first(entry->first), archive.name()));
            } else if (entry->kind == EntryKind::type && last) {
                types_.push_back({entry->first, {entry->words.begin(), entry->words.end()}});
            }
        }
    }
    [[nodiscard]] std::vector<StoredType>& types() { return types_; }

  private:
    void add(CommitRow commit) {
        if (commit.version == state_.newest) state_.time = commit.time;
        if (commit.version < span_.oldest || commit.version > span_.newest) return;
        writer_.add(std::move(commit));
        if (writer_.full()) writer_.flush();
    }

    StoreWriter& writer_;
    StorageState& state_;
    const Span span_;
    std::vector<StoredType> types_;
};

}  // namespace

BackupReport restore(const std::vector<std::filesystem::path>& files, std::optional<Version> to,
                     const std::filesystem::path& target, const Progress& progress) {
    Meter meter(progress, "the restoration");
    Chain chain(files);
    if (to) chain.cut_to(*to);
    const Trailer& end = chain.last().trailer();
    StorageState state{to.value_or(chain.last().header().to), chain.last().header().to_time,
                       end.next_object_id, end.history};
    state.history.oldest = std::min(state.history.oldest, state.newest);
    const Span span = span_of(state.history, state.newest);
    meter.expect(end.next_object_id);

    PartFile file(target, PartFile::Kind::store);
    BackupReport report{state.newest, span.oldest};
    RowSum rows;
    {
        const auto store = lmdb::open(file.path());
        StoreWriter writer(*store, state);
        MergeRows merge(chain, span);
        while (merge.next_object([&](const StateRow& row) {
            writer.add(row);
            if (writer.full()) writer.flush();
        }))
            meter.at(merge.place().value);
        Rest rest(writer, state, span);
        for (std::size_t i = 0; i < chain.size(); ++i)
            rest.read(chain.at(i), merge.rest_of(i), merge.begin_of_rest(i), i + 1 == chain.size());
        writer.finish(state, std::move(rest.types()));
        rows = writer.rows();
        report.commits = writer.commits();
    }
    meter.step();
    file.sync();
    {
        const auto store = lmdb::open(file.path(), {.create_if_missing = false, .read_only = true});
        verify_written(*store, rows, report.commits);
        report.bytes = store->size().file_bytes;
    }
    report.rows = rows.rows;
    meter.step();
    file.publish();
    return report;
}

}  // namespace vitrine::core::archive
