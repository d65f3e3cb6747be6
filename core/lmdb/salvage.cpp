#include "core/lmdb/salvage.hpp"

#include <algorithm>
#include <span>

#include <vitrine/error.hpp>

#include "core/record.hpp"

namespace vitrine::core::lmdb {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{16} << 20;
constexpr std::size_t kBatchRows = 100'000;
// Where the next id is not known, references to objects that are gone may name any below it.
constexpr std::uint64_t kUnknownIds = 1'000'000;

StorageState state_of(const Survey& survey) {
    StorageState state = survey.state.value_or(StorageState{});
    std::uint64_t next = 1;
    for (const FoundRow& row : survey.rows) {
        state.newest = std::max(state.newest, row.key.version);
        next = std::max(next, row.key.id.value + 1);
    }
    for (const RowDamage& damage : survey.damaged)
        if (damage.row) next = std::max(next, damage.row->id.value + 1);
    if (!survey.commits.empty()) {
        const CommitRow& last = survey.commits.back();
        if (last.version > state.newest || !survey.state) state.time = last.time;
        state.newest = std::max(state.newest, last.version);
    }
    if (!survey.state) next = std::min(next + kUnknownIds, kMaxObjectId);
    state.next_object_id = std::max(state.next_object_id, next);
    return state;
}

class Copy {
  public:
    Copy(const PageFile& file, const Survey& survey, Storage& target, SurveyProgress progress)
        : file_(file), survey_(survey), target_(target), progress_(progress) {
        result_.state = state_of(survey);
    }

    CopiedRows run() {
        start_batch();
        batch_.types = survey_.types;
        batch_.commits = survey_.commits;
        for (std::size_t i = 0; i < survey_.rows.size(); ++i) take(i);
        write();
        for (const RowDamage& damage : survey_.damaged)
            if (!damage.row || !found(*damage.row)) result_.lost.push_back(damage);
        return std::move(result_);
    }

  private:
    void start_batch() {
        batch_ = {};
        rows_.clear();
        bytes_ = 0;
        batch_.newest = result_.state.newest;
        batch_.time = result_.state.time;
        batch_.next_object_id = result_.state.next_object_id;
        batch_.history = result_.state.history;
    }

    void take(std::size_t index) {
        const FoundRow& row = survey_.rows[index];
        std::vector<Word> words(row.bytes / sizeof(Word));
        bool intact = file_.read(row.offset, std::as_writable_bytes(std::span(words)));
        try {
            if (intact) check_row(row.key.id, row.key.version, words);
        } catch (const CorruptionError&) {
            intact = false;
        }
        if (!intact) {
            result_.lost.push_back({row.key,
                                    {},
                                    {},
                                    row.offset / kPageBytes,
                                    "it could not be read a second time",
                                    false});
            return;
        }
        const bool newest =
            index + 1 == survey_.rows.size() || survey_.rows[index + 1].key.id != row.key.id;
        if (!newest) {
            const Version until = survey_.rows[index + 1].key.version;
            batch_.keep.push_back({Version{until.value() - 1}, row.key, until});
        } else if (words.size() == kRowHeaderWords) {  // a tombstone
            batch_.keep.push_back({row.key.version, row.key, kOpen});
        }
        ++result_.rows;
        result_.bytes += row.bytes;
        bytes_ += row.bytes;
        rows_.push_back(std::move(words));
        batch_.puts.push_back({row.key.id, row.key.version, rows_.back()});
        if (bytes_ >= kBatchBytes || rows_.size() >= kBatchRows) {
            write();
            start_batch();
        }
    }

    void write() {
        if (!progress_(result_.bytes, survey_.bytes)) throw CancelledError("salvage was cancelled");
        std::sort(batch_.keep.begin(), batch_.keep.end());
        target_.write(batch_);
    }

    [[nodiscard]] bool found(RowKey key) const {
        const auto before = [](const FoundRow& row, RowKey sought) { return row.key < sought; };
        const auto at = std::lower_bound(survey_.rows.begin(), survey_.rows.end(), key, before);
        return at != survey_.rows.end() && at->key == key;
    }

    const PageFile& file_;
    const Survey& survey_;
    Storage& target_;
    SurveyProgress progress_;
    CopiedRows result_;
    Batch batch_;
    std::vector<std::vector<Word>> rows_;  // what the batch borrows
    std::size_t bytes_ = 0;
};

}  // namespace

CopiedRows copy_rows(const PageFile& file, const Survey& survey, Storage& target,
                     SurveyProgress progress) {
    return Copy(file, survey, target, progress).run();
}

}  // namespace vitrine::core::lmdb
