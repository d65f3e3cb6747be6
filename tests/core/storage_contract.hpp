#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/record.hpp"
#include "core/storage.hpp"

namespace vitrine::core::testing {

inline ObjectId id_of(std::uint64_t value) { return ObjectId{value}; }
inline Version v(std::uint64_t value) { return Version{value}; }

/// A row of `words` words, each of which says whose it is.
inline std::vector<Word> make_row(ObjectId id, Version version, std::size_t words) {
    return std::vector<Word>(words, id.value * 1'000'003 + version.value());
}

/// A batch that owns what its puts borrow.
class BatchOf {
  public:
    explicit BatchOf(std::uint64_t newest) {
        batch_.newest = v(newest);
        batch_.time = Time(std::chrono::seconds(newest));
        batch_.next_object_id = 1000 + newest;
    }
    BatchOf& put(std::uint64_t id, std::uint64_t version, std::size_t words = 3) {
        rows_[{id_of(id), v(version)}] = make_row(id_of(id), v(version), words);
        return *this;
    }
    BatchOf& erase(std::uint64_t id, std::uint64_t version) {
        batch_.erases.push_back({id_of(id), v(version)});
        return *this;
    }
    Batch& get() {
        std::sort(batch_.erases.begin(), batch_.erases.end());
        batch_.puts.clear();
        for (const auto& [key, row] : rows_) batch_.puts.push_back({key.id, key.version, row});
        return batch_;
    }

  private:
    Batch batch_;
    std::map<RowKey, std::vector<Word>> rows_;
};

struct ReadRow {
    Storage::Reading reading;
    std::vector<Word> words;
};

inline ReadRow read(Storage& storage, std::uint64_t id, Version at) {
    ReadRow result;
    bool called = false;
    std::optional<Version> told;
    result.reading = storage.read(id_of(id), at, [&](Version born, Words words) {
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(words.data()) % alignof(Word), 0u);
        called = true;
        told = born;
        result.words.assign(words.begin(), words.end());
    });
    EXPECT_EQ(called, result.reading.born.has_value());
    EXPECT_EQ(told, result.reading.born);
    return result;
}

inline std::vector<RowKey> scan_all(Storage& storage, std::size_t page) {
    std::vector<RowKey> keys;
    std::optional<RowKey> after;
    do {
        after = storage.scan(after, page, [&](RowKey key, Words words) {
            EXPECT_EQ(words.front(), make_row(key.id, key.version, 1).front());
            keys.push_back(key);
            return true;
        });
    } while (after);
    return keys;
}

/// What every Storage keeps (S1 to S4 of core/storage.hpp). `Place` makes storages: open() gives
/// the one of this test, closing is destroying it, and open() again finds what was durable.
template <class Place>
class StorageContract : public ::testing::Test {
  protected:
    void reopen() {
        storage.reset();
        storage = place.open();
    }
    Place place;
    std::unique_ptr<Storage> storage = place.open();
};

TYPED_TEST_SUITE_P(StorageContract);

TYPED_TEST_P(StorageContract, ReadsBackWhatABatchWrote) {
    this->storage->write(BatchOf(1).put(7, 1, 5).get());
    const ReadRow row = read(*this->storage, 7, v(1));
    EXPECT_EQ(row.reading.newest, v(1));
    EXPECT_EQ(row.reading.born, v(1));
    EXPECT_EQ(row.reading.until, kOpen);
    EXPECT_EQ(row.words, make_row(id_of(7), v(1), 5));
}

TYPED_TEST_P(StorageContract, StartsEmptyAtVersionZero) {
    const StorageState state = this->storage->state();
    EXPECT_EQ(state.newest, v(0));
    EXPECT_EQ(state.next_object_id, 1u);
    EXPECT_FALSE(this->storage->failed());
    EXPECT_FALSE(read(*this->storage, 1, kOpen).reading.born);
    EXPECT_TRUE(scan_all(*this->storage, 10).empty());
    EXPECT_TRUE(this->storage->types().empty());
    EXPECT_TRUE(this->storage->witnesses().empty());
    EXPECT_FALSE(this->storage->name().empty());
}

TYPED_TEST_P(StorageContract, FindsTheVersionOfEachMoment) {
    this->storage->write(BatchOf(9).put(5, 2).put(5, 4).put(5, 8).put(6, 3).put(4, 9).get());
    const auto interval = [&](std::uint64_t id, std::uint64_t at) {
        const ReadRow row = read(*this->storage, id, v(at));
        EXPECT_EQ(row.reading.newest, v(9));
        return std::pair{row.reading.born.value_or(v(0)), row.reading.until};
    };
    EXPECT_EQ(interval(5, 1), (std::pair{v(0), v(2)}));
    EXPECT_EQ(interval(5, 2), (std::pair{v(2), v(4)}));
    EXPECT_EQ(interval(5, 3), (std::pair{v(2), v(4)}));
    EXPECT_EQ(interval(5, 7), (std::pair{v(4), v(8)}));
    EXPECT_EQ(interval(5, 8), (std::pair{v(8), kOpen}));
    EXPECT_EQ(interval(5, 100), (std::pair{v(8), kOpen}));
    EXPECT_EQ(interval(6, 2), (std::pair{v(0), v(3)}));  // the last object of the table
    EXPECT_EQ(interval(4, 8), (std::pair{v(0), v(9)}));  // the first one
    EXPECT_EQ(interval(3, 8), (std::pair{v(0), kOpen}));
    EXPECT_EQ(interval(7, 8), (std::pair{v(0), kOpen}));
}

TYPED_TEST_P(StorageContract, SupersedesAnObjectInOneBatch) {
    this->storage->write(BatchOf(1).put(1, 1).put(2, 1).put(3, 1).get());
    this->storage->write(BatchOf(2).erase(1, 1).erase(2, 1).put(2, 2, 7).put(4, 2).get());
    EXPECT_FALSE(read(*this->storage, 1, kOpen).reading.born);
    EXPECT_EQ(read(*this->storage, 2, kOpen).words, make_row(id_of(2), v(2), 7));
    EXPECT_EQ(read(*this->storage, 2, v(1)).reading.until, v(2));
    EXPECT_FALSE(read(*this->storage, 2, v(1)).reading.born);
    EXPECT_EQ(scan_all(*this->storage, 10),
              (std::vector<RowKey>{{id_of(2), v(2)}, {id_of(3), v(1)}, {id_of(4), v(2)}}));
}

TYPED_TEST_P(StorageContract, ErasesBeforeItPutsTheSameRow) {
    this->storage->write(BatchOf(1).put(1, 1, 3).get());
    this->storage->write(BatchOf(1).erase(1, 1).put(1, 1, 9).get());
    EXPECT_EQ(read(*this->storage, 1, kOpen).words.size(), 9u);
}

TYPED_TEST_P(StorageContract, OverwritesARowOfTheSameVersion) {
    this->storage->write(BatchOf(1).put(1, 1, 3).put(2, 1, 600).get());
    this->storage->write(BatchOf(1).put(1, 1, 700).put(2, 1, 2).get());
    EXPECT_EQ(read(*this->storage, 1, kOpen).words.size(), 700u);
    EXPECT_EQ(read(*this->storage, 2, kOpen).words.size(), 2u);
}

TYPED_TEST_P(StorageContract, IgnoresErasesOfAbsentRows) {
    this->storage->write(BatchOf(1).put(2, 1).erase(1, 1).erase(2, 9).erase(3, 1).get());
    EXPECT_EQ(scan_all(*this->storage, 10), (std::vector<RowKey>{{id_of(2), v(1)}}));
}

TYPED_TEST_P(StorageContract, ScansInPagesNewestVersionFirst) {
    BatchOf batch(20);
    std::vector<RowKey> expected;
    for (std::uint64_t id = 1; id <= 5; ++id) {
        for (std::uint64_t version = id + 3; version >= id; --version) {
            batch.put(id, version);
            expected.push_back({id_of(id), v(version)});
        }
    }
    this->storage->write(batch.get());
    for (const std::size_t page : {1u, 3u, 20u, 100u}) {
        EXPECT_EQ(scan_all(*this->storage, page), expected) << "pages of " << page;
    }
}

TYPED_TEST_P(StorageContract, EndsAScanWhereItsSinkSays) {
    this->storage->write(BatchOf(1).put(1, 1).put(2, 1).put(3, 1).get());
    int seen = 0;
    const auto last =
        this->storage->scan(std::nullopt, 10, [&](RowKey, Words) { return ++seen < 2; });
    EXPECT_EQ(seen, 2);
    EXPECT_EQ(last, (RowKey{id_of(2), v(1)}));
    // A key that is not there, or no longer, is a place to go on from as well.
    const auto next =
        this->storage->scan(RowKey{id_of(2), v(9)}, 1, [](RowKey, Words) { return true; });
    EXPECT_EQ(next, (RowKey{id_of(2), v(1)}));
}

TYPED_TEST_P(StorageContract, KeepsRowsUntilTheyAreReleased) {
    const KeptRow a{v(3), {id_of(1), v(1)}, v(4)};
    const KeptRow b{v(3), {id_of(2), v(2)}, v(5)};
    const KeptRow c{v(8), {id_of(1), v(6)}, v(9)};
    BatchOf first(9);
    first.get().keep = {a, b, c};
    this->storage->write(first.get());
    this->reopen();
    EXPECT_EQ(this->storage->witnesses(), (std::vector{v(3), v(8)}));
    EXPECT_EQ(this->storage->kept(v(3), 10), (std::vector{a, b}));
    EXPECT_EQ(this->storage->kept(v(3), 1), (std::vector{a}));
    EXPECT_TRUE(this->storage->kept(v(3), 0).empty());
    EXPECT_TRUE(this->storage->kept(v(4), 10).empty());
    std::vector<KeptRow> all;
    this->storage->scan_kept([&](const KeptRow& row) {
        all.push_back(row);
        return all.size() < 2;
    });
    EXPECT_EQ(all, (std::vector{a, b}));
    BatchOf second(10);
    second.get().release = {a, b, KeptRow{v(77), {id_of(1), v(1)}, v(2)}};
    this->storage->write(second.get());
    EXPECT_EQ(this->storage->witnesses(), (std::vector{v(8)}));
    all.clear();
    this->storage->scan_kept([&](const KeptRow& row) {
        all.push_back(row);
        return true;
    });
    EXPECT_EQ(all, (std::vector{c}));
}

TYPED_TEST_P(StorageContract, HasAnIdentityThatStays) {
    const Identity identity = this->storage->state().identity;
    EXPECT_NE(identity, Identity{});
    this->storage->write(BatchOf(1).put(1, 1).get());
    this->reopen();
    EXPECT_EQ(this->storage->state().identity, identity);
    EXPECT_NE(TypeParam().open()->state().identity, identity);
}

TYPED_TEST_P(StorageContract, FindsEverythingAgainAfterReopening) {
    BatchOf batch(4);
    batch.put(1, 3).put(2, 4).get().types = {{0xF00, {1, 2, 3}}, {0xBAA, {4}}};
    this->storage->write(batch.get());
    BatchOf replaced(5);
    replaced.get().types = {{0xF00, {9, 9}}};
    this->storage->write(replaced.get());
    this->reopen();
    const StorageState state = this->storage->state();
    EXPECT_EQ(state.newest, v(5));
    EXPECT_EQ(state.time, Time(std::chrono::seconds(5)));
    EXPECT_EQ(state.next_object_id, 1005u);
    EXPECT_EQ(read(*this->storage, 2, kOpen).words, make_row(id_of(2), v(4), 3));
    const std::vector<StoredType> types = this->storage->types();
    ASSERT_EQ(types.size(), 2u);
    EXPECT_EQ(types[0].id, 0xBAAu);
    EXPECT_EQ(types[1].node, (std::vector<Word>{9, 9}));
}

TYPED_TEST_P(StorageContract, PassesOnWhatASinkThrows) {
    this->storage->write(BatchOf(1).put(1, 1).get());
    const auto throwing = [&] {
        this->storage->read(id_of(1), kOpen, [](Version, Words) { throw std::logic_error("x"); });
    };
    EXPECT_THROW(throwing(), std::logic_error);
    this->storage->write(BatchOf(2).put(1, 2).get());
    EXPECT_EQ(read(*this->storage, 1, kOpen).reading.born, v(2));
}

TYPED_TEST_P(StorageContract, ReadsWithinAReadAndWritesBesideIt) {
    this->storage->write(BatchOf(1).put(1, 1).put(2, 1).get());
    this->storage->read(id_of(1), kOpen, [&](Version, Words words) {
        this->storage->write(BatchOf(2).erase(1, 1).put(1, 2).get());
        EXPECT_EQ(words.front(), make_row(id_of(1), v(1), 1).front());
        EXPECT_EQ(read(*this->storage, 2, kOpen).reading.born, v(1));
        EXPECT_EQ(read(*this->storage, 1, kOpen).reading.born, v(2));
    });
}

TYPED_TEST_P(StorageContract, StaysAlignedAndExactThroughRandomWork) {
    const unsigned seed = 20'240'607;
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::map<RowKey, std::size_t> model;  // the rows' sizes in words
    const auto random_size = [&] { return 2 + random() % (random() % 8 == 0 ? 1500 : 150); };
    for (std::uint64_t version = 1; version <= 80; ++version) {
        BatchOf batch(version);
        for (int i = 0; i < 50; ++i) {
            const std::uint64_t id = 1 + random() % 200;
            for (auto& [key, words] : model) {
                if (key.id == id_of(id) && random() % 2 == 0) batch.erase(id, key.version.value());
            }
            if (random() % 4 != 0) batch.put(id, version, random_size());
        }
        for (const RowKey& key : batch.get().erases) model.erase(key);
        for (const RowPut& put : batch.get().puts) model[{put.id, put.version}] = put.value.size();
        this->storage->write(batch.get());
        if (version % 20 == 0) this->reopen();
    }
    std::vector<RowKey> expected;
    for (const auto& [key, words] : model) {
        expected.push_back(key);
        const ReadRow row = read(*this->storage, key.id.value, key.version);
        EXPECT_EQ(row.words, make_row(key.id, key.version, words));
        const auto newer = model.upper_bound(key);
        const bool superseded = newer != model.end() && newer->first.id == key.id;
        EXPECT_EQ(row.reading.until, superseded ? newer->first.version : kOpen);
    }
    std::vector<RowKey> scanned = scan_all(*this->storage, 33);
    std::sort(scanned.begin(), scanned.end());
    EXPECT_EQ(scanned, expected);
}

TYPED_TEST_P(StorageContract, ShowsEachReadOneStateBesideAWriter) {
    constexpr std::uint64_t kCommits = 150;
    constexpr std::uint64_t kObjects = 20;
    std::atomic<bool> done = false;
    std::atomic<std::uint64_t> checked = 0;
    std::vector<std::thread> readers;
    for (unsigned seed = 1; seed <= 3; ++seed) {
        readers.emplace_back([&, seed] {
            std::mt19937 random(seed);
            Version last;
            do {  // every commit supersedes every object, so newest and born must be the same
                const std::uint64_t id = 1 + random() % kObjects;
                const ReadRow row = read(*this->storage, id, kOpen);
                EXPECT_EQ(row.reading.born.value_or(v(0)), row.reading.newest);
                EXPECT_LE(last, row.reading.newest);
                last = row.reading.newest;
                if (row.reading.born) {
                    EXPECT_EQ(row.words, make_row(id_of(id), last, 2 + last.value() % 60));
                }
                const Version before{last.value() / 2};
                EXPECT_LT(before, read(*this->storage, id, before).reading.until);
                ++checked;
            } while (!done);
        });
    }
    for (std::uint64_t version = 1; version <= kCommits; ++version) {
        BatchOf batch(version);
        for (std::uint64_t id = 1; id <= kObjects; ++id) {
            batch.put(id, version, 2 + version % 60);
            if (version > 1) batch.erase(id, version - 1);
        }
        this->storage->write(batch.get());
    }
    done = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_GE(checked, 3u);
    EXPECT_EQ(this->storage->state().newest, v(kCommits));
}

TYPED_TEST_P(StorageContract, ListsWitnessesOfARange) {
    BatchOf batch(9);
    for (const std::uint64_t witness : {2, 4, 6, 8})
        for (const std::uint64_t id : {1, 2})
            batch.get().keep.push_back({v(witness), {id_of(id), v(1)}, v(9)});
    this->storage->write(batch.get());
    EXPECT_EQ(this->storage->witnesses({v(3), v(8)}), (std::vector{v(4), v(6)}));
    EXPECT_EQ(this->storage->witnesses({v(4), v(9)}, 2), (std::vector{v(4), v(6)}));
    EXPECT_TRUE(this->storage->witnesses({v(9), kOpen}).empty());
    EXPECT_TRUE(this->storage->witnesses({}, 0).empty());
}

TYPED_TEST_P(StorageContract, KeepsALogOfCommitsAndCutsIt) {
    std::vector<CommitRow> rows;
    for (std::uint64_t i = 1; i <= 20; ++i)
        rows.push_back({v(3 * i),
                        Time(std::chrono::seconds(i)),
                        std::string(i % 4, 'n'),
                        {id_of(i), id_of(i * 1'000'000'007)}});
    BatchOf batch(60);
    batch.get().commits = rows;
    this->storage->write(batch.get());
    this->reopen();
    EXPECT_EQ(this->storage->commits({}, Storage::kUnlimited), rows);
    EXPECT_EQ(this->storage->commits(v(6), 1), std::vector{rows[2]});
    EXPECT_EQ(this->storage->commits(v(7), 1), std::vector{rows[2]});
    EXPECT_TRUE(this->storage->commits(v(60), 5).empty());
    EXPECT_TRUE(this->storage->commits({}, 0).empty());
    EXPECT_TRUE(this->storage->commits(kOpen, 5).empty());
    const auto next = this->storage->next_commit(v(7));
    ASSERT_TRUE(next);
    EXPECT_EQ(next->version, v(9));
    EXPECT_EQ(next->time, rows[2].time);
    EXPECT_FALSE(this->storage->next_commit(v(61)));
    BatchOf cut(61);
    cut.get().forget_commits = v(30);
    this->storage->write(cut.get());
    EXPECT_EQ(this->storage->commits({}, 1), std::vector{rows[9]});
}

TYPED_TEST_P(StorageContract, CutsALongLogInSteps) {
    constexpr std::uint64_t kRows = 2500;
    BatchOf batch(kRows);
    for (std::uint64_t i = 1; i <= kRows; ++i) batch.get().commits.push_back({v(i), Time{}});
    this->storage->write(batch.get());
    std::size_t left = kRows;
    for (int i = 1; i <= 3; ++i) {
        BatchOf cut(kRows + static_cast<std::uint64_t>(i));
        cut.get().forget_commits = kOpen;
        this->storage->write(cut.get());
        const std::size_t now = this->storage->commits({}, Storage::kUnlimited).size();
        EXPECT_EQ(now, left - std::min(left, Batch::kForgotten));
        left = now;
    }
    EXPECT_EQ(left, 0u);
}

TYPED_TEST_P(StorageContract, RemembersItsRetention) {
    for (const Retention rule : {Retention::none(), Retention::commits(7), Retention::forever(),
                                 Retention::duration(std::chrono::hours(5))}) {
        BatchOf batch(9);
        batch.get().history = {rule, v(4)};
        this->storage->write(batch.get());
        this->reopen();
        EXPECT_EQ(this->storage->state().history, (History{rule, v(4)}));
    }
}

REGISTER_TYPED_TEST_SUITE_P(StorageContract, ReadsBackWhatABatchWrote, StartsEmptyAtVersionZero,
                            FindsTheVersionOfEachMoment, SupersedesAnObjectInOneBatch,
                            ErasesBeforeItPutsTheSameRow, OverwritesARowOfTheSameVersion,
                            IgnoresErasesOfAbsentRows, ScansInPagesNewestVersionFirst,
                            EndsAScanWhereItsSinkSays, KeepsRowsUntilTheyAreReleased,
                            HasAnIdentityThatStays, FindsEverythingAgainAfterReopening,
                            PassesOnWhatASinkThrows, ReadsWithinAReadAndWritesBesideIt,
                            StaysAlignedAndExactThroughRandomWork,
                            ShowsEachReadOneStateBesideAWriter, ListsWitnessesOfARange,
                            KeepsALogOfCommitsAndCutsIt, CutsALongLogInSteps,
                            RemembersItsRetention);

}  // namespace vitrine::core::testing
