#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/record.hpp"
#include "core/storage.hpp"

namespace vitrine::core::testing {

inline constexpr TypeId kPastType = 0xd5c3'0000'0000'0001;

/// A valid row: a struct of `words` data words that say whose it is; none: a tombstone.
inline std::vector<Word> make_record(ObjectId id, Version version, std::size_t words) {
    std::vector<Word> payload;
    if (words != 0) {
        payload.assign(1 + words, id.value * 1'000'003 + version.value());
        payload[0] = Word{words} << 32;  // a pointer to the data behind it
    }
    std::vector<Word> row{kPastType, checksum_row(id, version, kPastType, hash_payload(payload))};
    row.insert(row.end(), payload.begin(), payload.end());
    return row;
}

/// A storage that commits are made on as mvcc/ makes them: superseded rows are kept while the
/// retention reaches them, parts of trees are dropped without a trace; and a model that remembers
/// every version whole.
class Past {
  public:
    using State = std::map<std::uint64_t, std::vector<Word>>;  // id -> row

    Past(Storage& storage, Retention retention, unsigned seed)
        : storage_(storage), retention_(retention), random_(seed) {
        states_[Version{}];
        oldest_ = retention == Retention::none() ? Version{} : Version{1};
    }

    [[nodiscard]] Version newest() const { return newest_; }
    [[nodiscard]] Version oldest() const { return history().oldest; }
    [[nodiscard]] History history() const {
        return {retention_, retention_ == Retention::none() ? newest_ : oldest_};
    }
    [[nodiscard]] const State& at(Version version) const { return states_.at(version); }
    [[nodiscard]] const std::map<Version, CommitRow>& log() const { return log_; }
    std::mt19937& random() { return random_; }

    std::size_t max_words = 3000;  ///< of the largest objects

    /// One commit that changes some objects; `share` in 100 of those there are.
    void commit(unsigned share) {
        begin();
        for (const auto& [id, row] : State(states_[newest_])) {
            if (random_() % 100 >= share) continue;
            switch (random_() % 6) {
                case 0: erase(ObjectId{id}); break;
                case 1: drop(ObjectId{id}); break;
                default: put(ObjectId{id}); break;
            }
        }
        for (unsigned fresh = random_() % (1 + share / 2); fresh != 0; --fresh)
            put(ObjectId{next_id_++});
        const auto back = std::find_if(erased_.begin(), erased_.end(),
                                       [&](std::uint64_t id) { return stored_.at(id) != newest_; });
        if (back != erased_.end() && random_() % 3 == 0) put(ObjectId{*back});  // undone
        end();
    }
    void begin() {
        newest_ = Version{newest_.value() + 1};
        batch_ = {};
        rows_.clear();
        states_[newest_] = states_[Version{newest_.value() - 1}];
    }
    void put(ObjectId id) {
        const std::size_t words = 1 + random_() % (random_() % 50 == 0 ? max_words : 30);
        supersede(id);
        write(id, make_record(id, newest_, words));
        states_[newest_][id.value] = rows_.at(id);
        erased_.erase(id.value);
    }
    void erase(ObjectId id) {
        supersede(id);
        write(id, make_record(id, newest_, 0));
        batch_.keep.push_back({newest_, {id, newest_}, kOpen});
        states_[newest_].erase(id.value);
        erased_.insert(id.value);
    }
    void drop(ObjectId id) {
        supersede(id);
        stored_.erase(id.value);
        states_[newest_].erase(id.value);
    }
    void end() {
        batch_.newest = newest_;
        batch_.time = Time(std::chrono::seconds(newest_.value()));
        batch_.next_object_id = next_id_;
        if (retention_.kind() == Retention::Kind::commits &&
            newest_.value() > retention_.amount() + 1)
            oldest_ = Version{newest_.value() - retention_.amount()};
        batch_.history = history();
        if (retention_ != Retention::none()) {
            CommitRow entry{newest_, batch_.time, "note " + std::to_string(newest_.value()), {}};
            for (const auto& [id, row] : rows_) entry.changed.push_back(id);
            log_[newest_] = entry;
            batch_.commits.push_back(entry);
            batch_.forget_commits = oldest_;
        }
        free_old();
        for (const auto& [id, row] : rows_) batch_.puts.push_back({id, newest_, row});
        std::sort(batch_.erases.begin(), batch_.erases.end());
        storage_.write(batch_);
    }

  private:
    void write(ObjectId id, std::vector<Word> row) {
        rows_[id] = std::move(row);
        stored_[id.value] = newest_;
    }
    void supersede(ObjectId id) {
        const auto found = stored_.find(id.value);
        if (found == stored_.end()) return;
        const KeptRow row{Version{newest_.value() - 1}, {id, found->second}, newest_};
        kept_.insert(row);
        batch_.keep.push_back(row);
    }
    /// Rows that the retention leaves; a tombstone with its older rows, when it is the newest.
    void free_old() {
        const Version oldest = history().oldest;
        while (!kept_.empty() && kept_.begin()->until <= oldest) {
            const KeptRow gone = *kept_.begin();
            kept_.erase(kept_.begin());
            if (std::erase(batch_.keep, gone) == 0) batch_.release.push_back(gone);
            batch_.erases.push_back(gone.row);
        }
        for (auto id = erased_.begin(); id != erased_.end();) {
            const Version born = stored_.at(*id);
            if (born >= oldest) {
                ++id;
                continue;
            }
            batch_.erases.push_back({ObjectId{*id}, born});
            batch_.release.push_back({born, {ObjectId{*id}, born}, kOpen});
            stored_.erase(*id);
            id = erased_.erase(id);
        }
    }

    Storage& storage_;
    const Retention retention_;
    std::mt19937 random_;
    Version newest_;
    Version oldest_;
    std::uint64_t next_id_ = 16;
    Batch batch_;
    std::map<ObjectId, std::vector<Word>> rows_;  // of the batch
    std::map<std::uint64_t, Version> stored_;     // each object's newest row
    std::set<KeptRow> kept_;                      // by until, in effect
    std::set<std::uint64_t> erased_;              // tombstones that are the newest row
    std::map<Version, State> states_;
    std::map<Version, CommitRow> log_;
};

/// The storage shows, of every version of the history up to `newest`, what the model remembers; its
/// log tells the same; and it has no row beside.
inline void expect_past(Storage& storage, const Past& past, Version oldest, Version newest,
                        std::uint64_t ids) {
    EXPECT_EQ(storage.state().newest, newest);
    EXPECT_EQ(storage.state().time, Time(std::chrono::seconds(newest.value())));
    std::set<RowKey> seen;
    std::map<RowKey, Version> kept;
    storage.scan_kept([&](const KeptRow& row) {
        if (row.until != kOpen) {
            kept[row.row] = row.until;
            EXPECT_EQ(row.witness.value() + 1, row.until.value());
        }
        return true;
    });
    for (Version at = oldest; at <= newest; at = Version{at.value() + 1}) {
        const Past::State& state = past.at(at);
        for (std::uint64_t id = 1; id < ids; ++id) {
            std::vector<Word> row;
            const auto reading = storage.read(ObjectId{id}, at, [&](Version, Words words) {
                row.assign(words.begin(), words.end());
            });
            if (reading.born) {
                const RowKey key{ObjectId{id}, *reading.born};
                const auto end = kept.find(key);
                if (end != kept.end() && end->second <= at) row.clear();  // dropped by then
                if (end == kept.end() || end->second > at) seen.insert(key);
                if (reading.until <= newest) {
                    EXPECT_TRUE(end != kept.end() && end->second <= reading.until)
                        << id << " at " << at.value() << ": from " << reading.born->value();
                }
            }
            if (row.size() == kRowHeaderWords) row.clear();
            const auto wanted = state.find(id);
            ASSERT_EQ(row, wanted == state.end() ? std::vector<Word>{} : wanted->second)
                << "object " << id << " at " << at.value();
        }
    }
    std::size_t rows = 0;
    storage.scan({}, Storage::kUnlimited, [&](RowKey key, Words) {
        EXPECT_TRUE(seen.contains(key)) << key.id.value << " at " << key.version.value();
        return ++rows > 0;
    });
    EXPECT_EQ(rows, seen.size());
    for (const auto& [row, until] : kept) EXPECT_TRUE(seen.contains(row)) << until.value();
    std::vector<CommitRow> log;
    for (const auto& [version, entry] : past.log())
        if (version >= oldest && version <= newest) log.push_back(entry);
    EXPECT_EQ(storage.commits({}, Storage::kUnlimited), log);
}

}  // namespace vitrine::core::testing
