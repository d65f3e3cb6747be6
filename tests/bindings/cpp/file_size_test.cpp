#include <filesystem>
#include <optional>
#include <random>

#include <gtest/gtest.h>

#include <vitrine/vitrine.hpp>

#include "tests/bindings/cpp/library.hpp"

namespace vitrine::test {
namespace {

constexpr std::uint64_t kKeys = 5000;
constexpr int kCommits = 60;
constexpr int kChanges = 50;

/// A tree of texts, changed at random, with the versions that somebody needs beside it.
struct FileSizeTest : testing::Test {
    void fill() {
        store.transact([&](Transaction& tx) {
            for (std::uint64_t key = 0; key < kKeys; ++key) put(tx, key);
        });
    }
    void put(Transaction& tx, std::uint64_t key) {
        tx.tree<std::uint64_t, std::string>("texts").put(
            key, std::string(100, static_cast<char>('a' + random() % 26)));
    }
    void update() {
        for (int i = 0; i < kCommits; ++i)
            store.transact([&](Transaction& tx) {
                for (int change = 0; change < kChanges; ++change) put(tx, random() % kKeys);
            });
    }
    [[nodiscard]] std::uint64_t file_bytes() const { return store.stats().file_bytes; }
    [[nodiscard]] std::uint64_t used_bytes() const {
        return store.stats().file_bytes - store.stats().free_bytes;
    }

    TemporaryFolder folder;
    std::mt19937 random{6};
    // Without a commit log, whose size comes on top.
    Store store = Store::open(folder.file(), {.log_bytes = 0});
};

TEST_F(FileSizeTest, StaysFlatWhileNobodyNeedsOldVersions) {
    fill();
    update();
    const std::uint64_t settled = file_bytes();
    for (int i = 0; i < 3; ++i) update();
    EXPECT_LE(file_bytes(), settled + settled / 10);
}

TEST(FileSizeWithALogTest, TheLogKeepsToItsSizeAndGoesInTheEnd) {
    constexpr std::uint64_t kLog = 1 << 20;
    const TemporaryFolder folder;
    const std::filesystem::path log = folder.file().string() + "-log";
    {
        Store store = Store::open(folder.file(), {.log_bytes = kLog});
        for (std::uint64_t i = 0; i < 500; ++i)
            store.transact([&](Transaction& tx) {
                tx.tree<std::uint64_t, std::string>("texts").put(i % 50, std::string(900, 'x'));
                tx.tree<std::uint64_t, std::string>("texts").put(i, std::string(900, 'y'));
            });
        EXPECT_LE(std::filesystem::file_size(log), kLog + 4096);
    }
    EXPECT_FALSE(std::filesystem::exists(log));
}

TEST_F(FileSizeTest, UsesAgainWhatASnapshotHadHeld) {
    fill();
    update();
    const std::uint64_t before = file_bytes();
    std::optional<Snapshot> held = store.snapshot();
    update();
    const std::uint64_t with_one = file_bytes();
    // One snapshot needs one more version of everything, however long the updates go on.
    update();
    update();
    EXPECT_LE(file_bytes(), with_one + with_one / 5);
    const std::uint64_t grown = file_bytes();
    EXPECT_GT(grown, before);
    held.reset();
    update();
    update();
    EXPECT_LE(file_bytes(), grown + grown / 20);
    EXPECT_LE(used_bytes(), before + before / 10);
}

TEST_F(FileSizeTest, IsWhatIsUsedInABackup) {
    fill();
    {
        const Snapshot held = store.snapshot();
        update();
    }
    update();
    const BackupReport report = store.backup(folder.file("copy"));
    constexpr std::uint64_t kFewPages = 16 * 4096;
    EXPECT_LE(report.bytes, used_bytes() + kFewPages);
    EXPECT_LT(report.bytes, file_bytes());
}

}  // namespace
}  // namespace vitrine::test
