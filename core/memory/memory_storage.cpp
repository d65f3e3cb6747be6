#include "core/memory/memory_storage.hpp"

#include <map>
#include <mutex>
#include <set>

#include <vitrine/error.hpp>

#include "core/identity.hpp"

namespace vitrine::core::memory {
namespace {

/// Orders rows as the port hands them out: by object, newest version first.
struct NewestFirst {
    bool operator()(const RowKey& a, const RowKey& b) const {
        return a.id != b.id ? a.id < b.id : b.version < a.version;
    }
};

/// Rows are shared, so that a read lets go of the lock before it calls its sink.
using Row = std::shared_ptr<std::vector<Word>>;

}  // namespace

struct MemoryStorage::Contents {
    Contents() = default;
    /// Requires: the other's lock. Rows are never changed, so they may be shared.
    Contents(const Contents& other)
        : state(other.state),
          rows(other.rows),
          kept(other.kept),
          types(other.types),
          commits(other.commits),
          log(other.log ? std::make_shared<LogContents>(*other.log) : nullptr) {}
    Contents& operator=(const Contents&) = delete;
    ~Contents() = default;

    std::mutex mutex;
    StorageState state;
    std::map<RowKey, Row, NewestFirst> rows;
    std::set<KeptRow> kept;
    std::map<TypeId, std::vector<Word>> types;
    std::map<Version, CommitRow> commits;
    std::shared_ptr<LogContents> log;

    void forget_commits(Version below, std::size_t count) {
        while (count-- != 0 && !commits.empty() && commits.begin()->first < below)
            commits.erase(commits.begin());
    }
};

struct MemoryStorage::Hooks {
    std::mutex mutex;
    FailureAt failure;
    std::function<void(const Batch&)> on_write;
    std::function<void(ObjectId, const Reading&)> on_read;
};

MemoryStorage::MemoryStorage() : MemoryStorage(std::make_shared<Contents>()) {
    contents_->state.identity = make_identity();
}
MemoryStorage::MemoryStorage(std::shared_ptr<Contents> contents)
    : contents_(std::move(contents)), hooks_(std::make_unique<Hooks>()) {}
MemoryStorage::~MemoryStorage() = default;

std::unique_ptr<MemoryStorage> MemoryStorage::reopen() const {
    return std::unique_ptr<MemoryStorage>(new MemoryStorage(contents_));
}

std::unique_ptr<MemoryStorage> MemoryStorage::copy() const {
    const std::lock_guard lock(contents_->mutex);
    return std::unique_ptr<MemoryStorage>(
        new MemoryStorage(std::make_shared<Contents>(*contents_)));
}

StorageState MemoryStorage::state() const {
    const std::lock_guard lock(contents_->mutex);
    return contents_->state;
}

Storage::Reading MemoryStorage::read(ObjectId id, Version at,
                                     FunctionRef<void(Version, Words)> sink) {
    ++reads_;
    Reading reading;
    Row row;
    {
        const std::lock_guard lock(contents_->mutex);
        const auto& rows = contents_->rows;
        reading.newest = contents_->state.newest;
        const auto found = rows.lower_bound(RowKey{id, at});
        if (found != rows.end() && found->first.id == id) {
            reading.born = found->first.version;
            row = found->second;
        }
        if (found != rows.begin() && std::prev(found)->first.id == id) {
            reading.until = std::prev(found)->first.version;
        }
    }
    std::function<void(ObjectId, const Reading&)> hook;
    {
        const std::lock_guard lock(hooks_->mutex);
        hook = hooks_->on_read;
    }
    if (hook) hook(id, reading);
    if (row) sink(*reading.born, *row);
    return reading;
}

void MemoryStorage::write(const Batch& batch) {
    std::function<void(const Batch&)> hook;
    {
        const std::lock_guard lock(hooks_->mutex);
        hook = hooks_->on_write;
    }
    if (hook) hook(batch);
    if (failed_) throw StorageError(name() + ": an earlier write failed; no more are accepted");

    const std::optional<Failure> failure = hooks_->failure.next();
    if (failure && *failure != Failure::clean) failed_ = true;
    if (!failure || *failure == Failure::in_doubt_stored) {
        const std::lock_guard lock(contents_->mutex);
        auto& rows = contents_->rows;
        for (const RowKey& key : batch.erases) rows.erase(key);
        for (const RowPut& put : batch.puts) {
            rows.insert_or_assign(
                RowKey{put.id, put.version},
                std::make_shared<std::vector<Word>>(put.value.begin(), put.value.end()));
        }
        for (const KeptRow& row : batch.release) contents_->kept.erase(row);
        contents_->kept.insert(batch.keep.begin(), batch.keep.end());
        for (const StoredType& type : batch.types) contents_->types[type.id] = type.node;
        for (const CommitRow& commit : batch.commits) contents_->commits[commit.version] = commit;
        contents_->forget_commits(batch.forget_commits, Batch::kForgotten + batch.commits.size());
        contents_->state = {batch.newest,
                            batch.time,
                            batch.next_object_id,
                            batch.history,
                            contents_->state.identity,
                            batch.log,
                            batch.step};
    }
    if (failure) throw StorageError(name() + ": a test made this write fail");
    ++writes_;
}

std::optional<RowKey> MemoryStorage::scan(std::optional<RowKey> after, std::size_t limit,
                                          FunctionRef<bool(RowKey, Words)> sink) {
    std::vector<std::pair<RowKey, Row>> page;
    bool more = false;
    {
        const std::lock_guard lock(contents_->mutex);
        const auto& rows = contents_->rows;
        auto row = after ? rows.upper_bound(*after) : rows.begin();
        for (; row != rows.end() && page.size() < limit; ++row) page.emplace_back(*row);
        more = page.size() == limit;
    }
    std::optional<RowKey> last = after;
    for (const auto& [key, row] : page) {
        last = key;
        if (!sink(key, *row)) return last;
    }
    return more ? last : std::nullopt;
}

std::vector<KeptRow> MemoryStorage::kept(Version witness, std::size_t limit) {
    const std::lock_guard lock(contents_->mutex);
    std::vector<KeptRow> result;
    auto row = contents_->kept.lower_bound(KeptRow{witness, {}, {}});
    for (; row != contents_->kept.end() && row->witness == witness && result.size() < limit; ++row)
        result.push_back(*row);
    return result;
}

void MemoryStorage::scan_kept(FunctionRef<bool(const KeptRow&)> sink) {
    std::set<KeptRow> rows;
    {
        const std::lock_guard lock(contents_->mutex);
        rows = contents_->kept;
    }
    for (const KeptRow& row : rows)
        if (!sink(row)) return;
}

std::vector<Version> MemoryStorage::witnesses(VersionRange range, std::size_t limit) {
    const std::lock_guard lock(contents_->mutex);
    std::vector<Version> result;
    auto row = contents_->kept.lower_bound(KeptRow{range.from, {}, {}});
    for (; row != contents_->kept.end() && row->witness < range.until; ++row) {
        if (!result.empty() && result.back() == row->witness) continue;
        if (result.size() == limit) break;
        result.push_back(row->witness);
    }
    return result;
}

std::vector<CommitRow> MemoryStorage::commits(Version after, std::size_t limit) {
    const std::lock_guard lock(contents_->mutex);
    std::vector<CommitRow> result;
    auto commit = contents_->commits.upper_bound(after);
    for (; commit != contents_->commits.end() && result.size() < limit; ++commit)
        result.push_back(commit->second);
    return result;
}

std::optional<CommitRow> MemoryStorage::next_commit(Version from) {
    const std::lock_guard lock(contents_->mutex);
    const auto commit = contents_->commits.lower_bound(from);
    if (commit == contents_->commits.end()) return std::nullopt;
    return CommitRow{commit->first, commit->second.time};
}

std::vector<StoredType> MemoryStorage::types() {
    const std::lock_guard lock(contents_->mutex);
    std::vector<StoredType> result;
    for (const auto& [id, node] : contents_->types) result.push_back({id, node});
    return result;
}

std::unique_ptr<CommitLog> MemoryStorage::make_log(std::size_t bytes) {
    std::uint64_t number = 0;
    while (number == 0) number = make_identity().low;
    auto contents = std::make_shared<LogContents>(number, bytes);
    const std::lock_guard lock(contents_->mutex);
    contents_->log = contents;
    return std::make_unique<MemoryLog>(std::move(contents), log_hooks_);
}

std::unique_ptr<CommitLog> MemoryStorage::open_log() {
    const std::lock_guard lock(contents_->mutex);
    if (!contents_->log || contents_->log->number != contents_->state.log.value().log)
        throw StorageError(name() + ": the store's commit log is missing");
    return std::make_unique<MemoryLog>(contents_->log, log_hooks_);
}

void MemoryStorage::remove_log() noexcept {
    const std::lock_guard lock(contents_->mutex);
    contents_->log.reset();
}

StorageSize MemoryStorage::size() const {
    const std::lock_guard lock(contents_->mutex);
    StorageSize size;
    for (const auto& [key, row] : contents_->rows) {
        size.file_bytes += sizeof key + row->size() * sizeof(Word);
    }
    return size;
}

void MemoryStorage::fail_write(std::size_t nth, Failure failure) {
    hooks_->failure.set(nth, failure);
}

void MemoryStorage::on_write(std::function<void(const Batch&)> hook) {
    const std::lock_guard lock(hooks_->mutex);
    hooks_->on_write = std::move(hook);
}

void MemoryStorage::on_append(std::function<void()> hook) {
    const std::lock_guard lock(log_hooks_->mutex);
    log_hooks_->on_append = std::move(hook);
}

void MemoryStorage::on_read(std::function<void(ObjectId, const Reading&)> hook) {
    const std::lock_guard lock(hooks_->mutex);
    hooks_->on_read = std::move(hook);
}

bool MemoryStorage::damage_row(RowKey key, FunctionRef<void(std::span<Word>)> damage) {
    const std::lock_guard lock(contents_->mutex);
    const auto found = contents_->rows.find(key);
    if (found == contents_->rows.end()) return false;
    auto copy = std::make_shared<std::vector<Word>>(*found->second);  // reads may hold the old one
    damage(*copy);
    found->second = std::move(copy);
    return true;
}

bool MemoryStorage::drop_row(RowKey key) {
    const std::lock_guard lock(contents_->mutex);
    return contents_->rows.erase(key) != 0;
}

void MemoryStorage::drop_last_block() {
    const std::lock_guard lock(contents_->mutex);
    LogContents& log = *contents_->log;
    const std::lock_guard log_lock(log.mutex);
    log.blocks.erase(std::prev(log.blocks.end()));
}

}  // namespace vitrine::core::memory
