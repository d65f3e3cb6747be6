#include "core/log/log_entry.hpp"

#include <cstring>

#include <vitrine/error.hpp>

#include "core/commit_row.hpp"
#include "core/record.hpp"

namespace vitrine::core::log {
namespace {

enum Kind : std::uint64_t { kDropped = 0, kRow = 1, kDelta = 2 };
constexpr int kKindShift = 56;

/// Takes words off the front.
class Reader {
  public:
    Reader(Words words, const std::string& log) : rest_(words), log_(log) {}

    Word next() { return take(1)[0]; }
    Words take(std::size_t count) {
        if (count > rest_.size()) fail();
        const Words taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    [[nodiscard]] std::size_t left() const { return rest_.size(); }
    [[noreturn]] void fail() const {
        throw CorruptionError(log_ + ": the commit log has an entry that makes no sense");
    }

  private:
    Words rest_;
    const std::string& log_;
};

constexpr std::size_t words_for(std::size_t bytes) {
    return bytes / sizeof(Word) + (bytes % sizeof(Word) != 0 ? 1 : 0);
}

}  // namespace

void EntryWriter::begin(std::uint64_t next_object_id) {
    block_.assign(CommitLog::kHeadWords, 0);
    block_.push_back(next_object_id);
}

void EntryWriter::add_commit(const CommitRow& row, std::size_t changes) {
    encode_commit(row, bytes_);
    block_.insert(block_.end(), {row.version.value(), changes, bytes_.size()});
    const std::size_t place = block_.size();
    block_.resize(place + words_for(bytes_.size()));
    std::memcpy(block_.data() + place, bytes_.data(), bytes_.size());
}

void EntryWriter::add_change(ObjectId id, Words row) {
    const Word kind = row.empty() ? kDropped : kRow;
    block_.insert(block_.end(), {id.value, kind << kKindShift | row.size()});
    block_.insert(block_.end(), row.begin(), row.end());
}

void EntryWriter::add_delta(ObjectId id, Words row, Words delta) {
    const std::size_t words = kRowHeaderWords + 1 + delta.size();
    block_.insert(block_.end(), {id.value, kDelta << kKindShift | words, row[0], row[1],
                                 row.size() - kRowHeaderWords});
    block_.insert(block_.end(), delta.begin(), delta.end());
}

std::uint64_t read_entry(Words content, const std::string& log,
                         FunctionRef<void(const LoggedCommit&)> sink) {
    Reader reader(content, log);
    const std::uint64_t next_object_id = reader.next();
    LoggedCommit commit;
    while (reader.left() != 0) {
        const Version version{reader.next()};
        const std::size_t count = reader.next();
        const std::size_t bytes = reader.next();
        const Words row = reader.take(words_for(bytes));
        commit.row = decode_commit(version, std::as_bytes(row).first(bytes), log);
        if (count > reader.left()) reader.fail();
        commit.changes.resize(count);
        for (LoggedChange& change : commit.changes) {
            change.id = ObjectId{reader.next()};
            const Word head = reader.next();
            change.row = reader.take(head & ((Word{1} << kKindShift) - 1));
            change.delta = {};
            const Word kind = head >> kKindShift;
            if (change.id.value - 1 >= kMaxObjectId || kind > kDelta ||
                (kind == kDropped) != change.row.empty() ||
                (kind == kDelta && change.row.size() <= kRowHeaderWords + 1))
                reader.fail();
            if (kind == kRow) check_row(change.id, version, change.row);
            if (kind != kDelta) continue;
            change.payload_words = change.row[kRowHeaderWords];
            change.delta = change.row.subspan(kRowHeaderWords + 1);
            change.row = change.row.first(kRowHeaderWords);
        }
        sink(commit);
    }
    return next_object_id;
}

}  // namespace vitrine::core::log
