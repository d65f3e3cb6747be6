#include "core/archive/store_writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/record.hpp"

namespace vitrine::core::archive {
namespace {

constexpr std::size_t kAtOnce = 1000;

}  // namespace

Batch StoreWriter::batch() const {
    Batch result;
    result.newest = state_.newest;
    result.time = state_.time;
    result.next_object_id = state_.next_object_id;
    result.history = state_.history;
    return result;
}

void StoreWriter::add(const StateRow& row) {
    const std::size_t begin = words_.size();
    words_.insert(words_.end(), row.value.begin(), row.value.end());
    rows_.push_back({row.key, begin, words_.size()});
    sum_.add(row.key, row.value);
    if (row.until != kOpen) {
        kept_.push_back({Version{row.until.value() - 1}, row.key, row.until});
    } else if (row.tombstone) {
        kept_.push_back({row.key.version, row.key, kOpen});  // looked at when the older ones go
    }
}

void StoreWriter::add(CommitRow commit) {
    notes_ += sizeof commit + commit.note.size() + commit.changed.size() * sizeof(ObjectId);
    log_.push_back(std::move(commit));
    ++commits_;
}

void StoreWriter::flush() {
    if (!rows_.empty() || !log_.empty()) write_pending({});
}

void StoreWriter::write_pending(std::vector<StoredType> types) {
    Batch next = batch();
    std::sort(rows_.begin(), rows_.end(),
              [](const Pending& a, const Pending& b) { return a.key < b.key; });
    next.puts.reserve(rows_.size());
    for (const Pending& row : rows_)
        next.puts.push_back(
            {row.key.id, row.key.version, Words(words_).subspan(row.begin, row.end - row.begin)});
    std::sort(kept_.begin(), kept_.end());
    next.keep = std::move(kept_);
    next.commits = std::move(log_);
    next.types = std::move(types);
    target_.write(next);
    words_.clear();
    rows_.clear();
    kept_.clear();
    log_.clear();
    notes_ = 0;
}

void StoreWriter::finish(const StorageState& state, std::vector<StoredType> types) {
    state_ = state;
    write_pending(std::move(types));  // with the last rows: each batch leaves some pages free
    const Version oldest = span_of(state.history, state.newest).oldest;
    drop_rows_before(oldest);
    if (state.history.retention != Retention::none()) forget_commits_before(oldest);
}

// What is kept ends one after its witness; a tombstone's witness is its own version.
void StoreWriter::drop_rows_before(Version oldest) {
    for (;;) {
        const std::vector<Version> gone = target_.witnesses({Version{}, oldest}, 1);
        if (gone.empty()) return;
        Batch next = batch();
        next.release = target_.kept(gone.front(), kAtOnce);
        for (const KeptRow& kept : next.release) {
            next.erases.push_back(kept.row);
            target_.read(kept.row.id, kept.row.version,
                         [&](Version, Words row) { sum_.remove(kept.row, row); });
        }
        target_.write(next);
    }
}

void StoreWriter::forget_commits_before(Version oldest) {
    for (auto first = target_.next_commit({}); first && first->version < oldest;
         first = target_.next_commit({})) {
        const auto some = entries_after(target_, std::nullopt, Batch::kForgotten);
        commits_ -= static_cast<std::uint64_t>(std::count_if(
            some.begin(), some.end(), [&](const auto& one) { return one.version < oldest; }));
        Batch next = batch();
        next.forget_commits = oldest;
        target_.write(next);
    }
}

std::vector<CommitRow> entries_after(Storage& storage, std::optional<Version> after,
                                     std::size_t limit) {
    if (after) return storage.commits(*after, limit);
    std::vector<CommitRow> result;
    if (const auto first = storage.next_commit({}); first && first->version == Version{}) {
        result.push_back(*first);
        --limit;
    }
    for (CommitRow& commit : storage.commits({}, limit)) result.push_back(std::move(commit));
    return result;
}

void verify_written(Storage& storage, const RowSum& rows, std::uint64_t commits) {
    RowSum found;
    std::optional<RowKey> after;
    do {
        after = storage.scan(after, kAtOnce, [&](RowKey key, Words row) {
            check_row(key.id, key.version, row);
            found.add(key, row);
            return true;
        });
    } while (after);
    std::uint64_t entries = 0;
    for (auto some = entries_after(storage, std::nullopt, kAtOnce); !some.empty();
         some = entries_after(storage, some.back().version, kAtOnce))
        entries += some.size();
    if (found != rows || entries != commits)
        throw CorruptionError(fmt::format(
            "{}: what was written does not read back: {} rows of {}, {} entries of the log of {}",
            storage.name(), found.rows, rows.rows, entries, commits));
}

}  // namespace vitrine::core::archive
