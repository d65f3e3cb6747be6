#include "core/log/log_entry.hpp"

#include <limits>
#include <random>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/core/lmdb/pages_store.hpp"

namespace vitrine::core::testing {
namespace {

using log::EntryWriter;
using log::LoggedCommit;

/// A commit that owns its rows.
struct Made {
    CommitRow row;
    std::vector<std::pair<ObjectId, std::vector<Word>>> changes;
};

Made made(std::uint64_t version, std::size_t changes) {
    const Version now{version};
    Made commit{{now, Time(std::chrono::seconds(version)), std::string(version % 20, 'n'), {}}, {}};
    for (std::size_t i = 0; i < changes; ++i) {
        const ObjectId id{16 + 3 * i};
        commit.row.changed.push_back(id);
        // Without a row, a tombstone, and rows of several sizes.
        commit.changes.emplace_back(id, i % 4 == 3
                                            ? std::vector<Word>{}
                                            : make_record({id, now}, 4 * (i % 4), version + i));
    }
    return commit;
}

std::vector<Word> content_of(const std::vector<Made>& commits, std::uint64_t next_id) {
    std::vector<Word> block;
    EntryWriter writer(block);
    writer.begin(next_id);
    for (const Made& commit : commits) {
        writer.add_commit(commit.row, commit.changes.size());
        for (const auto& [id, row] : commit.changes) writer.add_change(id, row);
    }
    return {block.begin() + CommitLog::kHeadWords, block.end()};
}

/// The number of changes, or nothing when it is refused.
std::optional<std::size_t> read(Words content) {
    std::size_t changes = 0;
    try {
        log::read_entry(content, "the log", [&](const LoggedCommit& commit) {
            for (const log::LoggedChange& change : commit.changes) {
                ++changes;
                Word sum = 0;
                for (const Word word : change.row) sum ^= word;
                static_cast<void>(sum);
            }
        });
    } catch (const CorruptionError&) {
        return std::nullopt;
    }
    return changes;
}

TEST(LogEntryTest, GivesBackTheCommitsOfABatch) {
    const std::vector<Made> commits{made(5, 1), made(6, 9), made(7, 0), made(8, 30)};
    const auto content = content_of(commits, 777);
    std::size_t at = 0;
    const auto next = log::read_entry(content, "the log", [&](const LoggedCommit& commit) {
        ASSERT_LT(at, commits.size());
        const Made& expected = commits[at++];
        EXPECT_EQ(commit.row, expected.row);
        ASSERT_EQ(commit.changes.size(), expected.changes.size());
        for (std::size_t i = 0; i < commit.changes.size(); ++i) {
            EXPECT_EQ(commit.changes[i].id, expected.changes[i].first);
            const Words row = commit.changes[i].row;
            EXPECT_EQ(std::vector<Word>(row.begin(), row.end()), expected.changes[i].second);
        }
    });
    EXPECT_EQ(next, 777u);
    EXPECT_EQ(at, commits.size());
}

TEST(LogEntryTest, HasADeltaInsteadOfAPayload) {
    const std::vector<Word> row{77, 88, 1, 2, 3};
    const std::vector<Word> delta{5, 6};
    std::vector<Word> block;
    log::EntryWriter writer(block);
    writer.begin(9);
    writer.add_commit({Version{4}, {}}, 1);
    writer.add_delta(ObjectId{30}, row, delta);
    const Words content = Words(block).subspan(CommitLog::kHeadWords);
    int seen = 0;
    log::read_entry(content, "the log", [&](const LoggedCommit& commit) {
        ++seen;
        ASSERT_EQ(commit.changes.size(), 1U);
        const auto& change = commit.changes[0];
        EXPECT_EQ(change.id, ObjectId{30});
        EXPECT_EQ(std::vector<Word>(change.row.begin(), change.row.end()),
                  (std::vector<Word>{77, 88}));
        EXPECT_EQ(change.payload_words, 3U);
        EXPECT_EQ(std::vector<Word>(change.delta.begin(), change.delta.end()), delta);
    });
    EXPECT_EQ(seen, 1);
    EXPECT_FALSE(read(content.first(content.size() - 1)));
}

TEST(LogEntryTest, RefusesContentThatIsCutOff) {
    const auto content = content_of({made(5, 6), made(6, 2)}, 100);
    const auto first = content_of({made(5, 6)}, 100).size();
    for (std::size_t words = 0; words < content.size(); ++words) {
        const auto found = read(Words(content).first(words));
        const bool whole = words == 1 || words == first;
        EXPECT_EQ(found.has_value(), whole) << words << " words of " << content.size();
    }
}

TEST(LogEntryTest, NeverBelievesASingleBit) {
    const auto content = content_of({made(5, 8)}, 100);
    for (std::size_t bit = 0; bit < content.size() * 64; ++bit) {
        auto damaged = content;
        damaged[bit / 64] ^= Word{1} << bit % 64;
        read(damaged);  // refused, or of the same shape; nothing is read beyond the end
    }
}

TEST(LogEntryTest, SurvivesNumbersWithoutSense) {
    const auto content = content_of({made(5, 4), made(6, 3)}, 100);
    std::mt19937_64 random(11);
    constexpr Word kMost = std::numeric_limits<Word>::max();
    const Word odd[] = {0,
                        1,
                        2,
                        kMost,
                        kMost - 1,
                        kMost - 6,
                        kMost >> 8,
                        Word{1} << 56,
                        (Word{1} << 57) - 1,
                        Word{1} << 60,
                        kMost / 8,
                        kMost / 8 + 1,
                        kMaxObjectId,
                        kMaxObjectId + 1};
    for (std::size_t at = 1; at < content.size(); ++at)
        for (const Word word : odd) {
            auto damaged = content;
            damaged[at] = word;
            read(damaged);
        }
    for (int i = 0; i < 20'000; ++i) {
        auto damaged = content;
        for (std::uint64_t left = 1 + random() % 4; left != 0; --left)
            damaged[random() % damaged.size()] =
                random() % 2 == 0 ? odd[random() % std::size(odd)] : random() % 64;
        read(damaged);
    }
    EXPECT_EQ(read(content), 7u);
}

}  // namespace
}  // namespace vitrine::core::testing
