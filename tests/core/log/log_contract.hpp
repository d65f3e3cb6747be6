#pragma once

#include <deque>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "core/storage.hpp"

namespace vitrine::core::testing {

/// The content of a block: so many words, which say whose they are.
inline std::vector<Word> log_content(std::uint64_t seed, std::size_t words) {
    std::mt19937_64 random(seed);
    std::vector<Word> content(words);
    for (Word& word : content) word = random();
    return content;
}

inline void append_to(CommitLog& log, const std::vector<Word>& content) {
    std::vector<Word> block(CommitLog::kHeadWords, 0);
    block.insert(block.end(), content.begin(), content.end());
    log.append(block);
}

struct LoggedBlock {
    std::vector<Word> content;
    std::uint64_t end = 0;  ///< the place behind it
    friend bool operator==(const LoggedBlock&, const LoggedBlock&) = default;
};

inline std::vector<LoggedBlock> replayed(CommitLog& log, std::uint64_t start) {
    std::vector<LoggedBlock> blocks;
    log.replay(start, [&](Words content, std::uint64_t end) {
        blocks.push_back({{content.begin(), content.end()}, end});
    });
    return blocks;
}

/// What every CommitLog keeps (A1 to A3 of core/commit_log.hpp). `Place` makes storages, which make
/// logs: as for StorageContract.
template <class Place>
class LogContract : public ::testing::Test {
  protected:
    static constexpr std::size_t kBytes = std::size_t{1} << 20;

    void begin(std::size_t bytes = kBytes) {
        log = storage->make_log(bytes);
        mark(LogMark{log->number(), 0});
    }
    void mark(std::optional<LogMark> where) {
        Batch batch;
        batch.newest = Version{++newest};
        batch.log = where;
        storage->write(batch);
    }
    /// Another process comes.
    void crash() {
        log.reset();
        storage.reset();
        storage = place.open();
    }
    void append(std::size_t words) {
        const auto content = log_content(++count, words);
        append_to(*log, content);
        blocks.push_back({content, log->end()});
    }
    void release_oldest() {
        const std::uint64_t start = blocks.front().end;
        blocks.pop_front();
        mark(LogMark{log->number(), start});
        log->release(start);
    }
    [[nodiscard]] std::vector<LoggedBlock> expected() const {
        return {blocks.begin(), blocks.end()};
    }
    /// As the next process would see it now; the log may be open.
    std::vector<LoggedBlock> found() {
        return replayed(*storage->open_log(), storage->state().log.value().start);
    }

    Place place;
    std::unique_ptr<Storage> storage = place.open();
    std::unique_ptr<CommitLog> log;
    std::deque<LoggedBlock> blocks;  // from the mark on
    std::uint64_t newest = 0;
    std::uint64_t count = 0;
};

TYPED_TEST_SUITE_P(LogContract);

TYPED_TEST_P(LogContract, HandsOutInOrderWhatWasAppended) {
    this->begin();
    for (const std::size_t words : {1, 3, 58, 59, 500, 0, 20'000, 7}) this->append(words);
    EXPECT_EQ(this->found(), this->expected());  // A1: nobody has to close anything
    this->crash();
    EXPECT_EQ(this->found(), this->expected());
    EXPECT_EQ(this->found(), this->expected());  // a replay changes nothing
}

TYPED_TEST_P(LogContract, BeginsEmpty) {
    this->begin();
    EXPECT_NE(this->log->number(), 0u);
    EXPECT_EQ(this->log->end(), 0u);
    EXPECT_GE(this->log->capacity(), this->kBytes);
    EXPECT_FALSE(this->log->failed());
    EXPECT_FALSE(this->log->name().empty());
    EXPECT_TRUE(this->found().empty());
    this->crash();
    EXPECT_TRUE(this->found().empty());
}

TYPED_TEST_P(LogContract, BeginsAgainAtEachEnd) {
    this->begin();
    for (std::size_t words = 1; words < 300; words += 40) this->append(words);
    this->crash();
    const auto opened = this->storage->open_log();
    while (!this->blocks.empty()) {
        const std::uint64_t start = this->blocks.front().end;
        this->blocks.pop_front();
        EXPECT_EQ(replayed(*opened, start), this->expected());
    }
}

TYPED_TEST_P(LogContract, GoesAroundManyTimes) {
    this->begin();
    std::mt19937_64 random(7);
    std::uint64_t bytes = 0;
    for (int i = 0; bytes < 9 * this->log->capacity(); ++i) {
        const std::size_t most = random() % 5 == 0 ? this->kBytes / 8 / 3 : 400;
        const std::size_t words = random() % most;
        const std::size_t padded = CommitLog::kHeadWords + words;
        while (!this->log->has_room(padded)) this->release_oldest();
        this->append(words);
        bytes += padded * sizeof(Word);
        EXPECT_EQ(this->log->end() % 512, 0u);
        if (i % 20 == 0) {
            EXPECT_EQ(this->found(), this->expected());
        }
        while (random() % 50 == 0 && !this->blocks.empty()) this->release_oldest();
    }
    this->crash();
    EXPECT_EQ(this->found(), this->expected());
}

TYPED_TEST_P(LogContract, HasRoomForItsCapacityAndNoMore) {
    this->begin();
    const std::size_t words = this->log->capacity() / sizeof(Word);
    EXPECT_TRUE(this->log->has_room(words));
    EXPECT_FALSE(this->log->has_room(words + 1));
    this->append(words - CommitLog::kHeadWords);  // all of it, in one block
    EXPECT_FALSE(this->log->has_room(1));
    EXPECT_EQ(this->found(), this->expected());
    this->release_oldest();
    EXPECT_TRUE(this->log->has_room(words));
    this->append(10);
    EXPECT_FALSE(this->log->has_room(words));
    this->append(words / 2);
    this->release_oldest();
    EXPECT_TRUE(this->log->has_room(words / 4));
    EXPECT_FALSE(this->log->has_room(words / 2));
    EXPECT_EQ(this->found(), this->expected());
}

TYPED_TEST_P(LogContract, IsNotTakenForTheOneBeforeIt) {
    this->begin();
    this->append(5);
    this->append(50);
    const LogMark old{this->log->number(), 0};
    this->log.reset();
    this->log = this->storage->make_log(this->kBytes);
    EXPECT_NE(this->log->number(), old.log);
    EXPECT_THROW(this->storage->open_log(), StorageError);  // the mark names the old one
    this->mark(LogMark{this->log->number(), 0});
    EXPECT_TRUE(this->found().empty());
    this->mark(old);
    EXPECT_THROW(this->storage->open_log(), StorageError);
}

TYPED_TEST_P(LogContract, IsMissedWhenItIsGone) {
    this->begin();
    this->append(5);
    this->crash();
    this->storage->remove_log();
    EXPECT_THROW(this->storage->open_log(), StorageError);
    this->storage->remove_log();  // nothing to do
    this->mark(std::nullopt);
    this->crash();
    EXPECT_FALSE(this->storage->state().log);
}

TYPED_TEST_P(LogContract, PassesOnWhatASinkThrows) {
    this->begin();
    this->append(5);
    this->append(6);
    const auto opened = this->storage->open_log();
    int seen = 0;
    const auto sink = [&](Words, std::uint64_t) {
        ++seen;
        throw std::runtime_error("enough");
    };
    EXPECT_THROW(opened->replay(0, sink), std::runtime_error);
    EXPECT_EQ(seen, 1);
    EXPECT_EQ(replayed(*opened, 0), this->expected());
}

REGISTER_TYPED_TEST_SUITE_P(LogContract, HandsOutInOrderWhatWasAppended, BeginsEmpty,
                            BeginsAgainAtEachEnd, GoesAroundManyTimes,
                            HasRoomForItsCapacityAndNoMore, IsNotTakenForTheOneBeforeIt,
                            IsMissedWhenItIsGone, PassesOnWhatASinkThrows);

}  // namespace vitrine::core::testing
