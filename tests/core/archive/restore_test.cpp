#include "core/archive/restore.hpp"

#include <fstream>

#include <vitrine/error.hpp>

#include "core/archive/store_copy.hpp"
#include "core/archive/write_archive.hpp"
#include "core/lmdb/lmdb_storage.hpp"
#include "core/memory/memory_storage.hpp"
#include "tests/core/archive/past.hpp"
#include "tests/core/lmdb/file_size_limit.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::core::archive {
namespace {

using testing::Past;
using testing::TemporaryFolder;

constexpr int kRounds = 20;

/// A store, and a chain of archives of it: one full, one increment a round.
class Chained {
  public:
    Chained(Retention retention, unsigned seed) : past(*disk, retention, seed) {
        for (int i = 0; i < 5; ++i) past.commit(30);
    }
    void back_up(const std::optional<Since>& since = {}) {
        files.push_back(folder.file("archive-" + std::to_string(files.size())));
        reports.push_back(write_archive(Source::all_of(*disk), since, files.back(), Progress{}));
        oldest.push_back(past.oldest());
    }
    void back_up_next() { back_up(end_of(files.back(), disk->state().identity)); }
    [[nodiscard]] std::vector<std::filesystem::path> chain(std::size_t length) const {
        return {files.begin(), files.begin() + static_cast<std::ptrdiff_t>(length)};
    }
    [[nodiscard]] std::uint64_t ids() const { return disk->state().next_object_id + 2; }

    TemporaryFolder folder;
    std::unique_ptr<Storage> disk = memory::open();
    Past past;
    std::vector<std::filesystem::path> files;
    std::vector<BackupReport> reports;
    std::vector<Version> oldest;
};

class RestoreTest : public ::testing::TestWithParam<std::tuple<Retention, unsigned>> {};

TEST_P(RestoreTest, GivesBackTheStoreOfEachRound) {
    const auto [retention, seed] = GetParam();
    SCOPED_TRACE(seed);
    Chained store(retention, seed);
    store.back_up();
    for (int round = 1; round < kRounds; ++round) {
        for (unsigned commits = store.past.random()() % 4; commits != 0; --commits)
            store.past.commit(1 + store.past.random()() % 40);
        store.back_up_next();
    }
    for (std::size_t round = 1; round <= kRounds; ++round) {
        const auto target = store.folder.file("restored-" + std::to_string(round));
        const BackupReport report = restore(store.chain(round), {}, target, {});
        const Version newest = store.reports[round - 1].version;
        EXPECT_EQ(report.version, newest);
        EXPECT_EQ(report.oldest, store.oldest[round - 1]);
        const auto restored = lmdb::open(target);
        testing::expect_past(*restored, store.past, store.oldest[round - 1], newest, store.ids());
        EXPECT_EQ(restored->state().history.retention, retention);
        EXPECT_NE(restored->state().identity, store.disk->state().identity);
        if (HasFatalFailure()) return;
    }
}

TEST_P(RestoreTest, GivesBackEveryKeptVersionAndNoOther) {
    const auto [retention, seed] = GetParam();
    Chained store(retention, seed);
    store.back_up();
    for (int round = 1; round < 4; ++round) {
        for (int i = 0; i < 6; ++i) store.past.commit(20);
        store.back_up_next();
    }
    for (std::uint64_t number = 0; number <= store.past.newest().value() + 1; ++number) {
        const Version version{number};
        std::optional<Version> oldest;  // as the first archive says that reaches so far
        for (std::size_t i = 0; i < store.files.size(); ++i) {
            if (store.reports[i].version < version) continue;
            if (store.oldest[i] <= version) oldest = store.oldest[i];
            break;
        }
        const auto target = store.folder.file("restored");
        if (!oldest) {
            EXPECT_THROW(restore(store.files, version, target, {}), StorageError) << number;
            continue;
        }
        restore(store.files, version, target, {});
        testing::expect_past(*lmdb::open(target), store.past, *oldest, version, store.ids());
        if (HasFailure()) return;
        std::filesystem::remove(target);
    }
}

TEST_P(RestoreTest, CopiesAStoreAsAChainRestoresIt) {
    const auto [retention, seed] = GetParam();
    Chained store(retention, seed);
    for (int i = 0; i < 30; ++i) store.past.commit(20);
    const auto target = store.folder.file("copy");
    const BackupReport report = copy_store(Source::all_of(*store.disk), target, {});
    EXPECT_EQ(report.bytes, std::filesystem::file_size(target));
    testing::expect_past(*lmdb::open(target), store.past, store.past.oldest(), store.past.newest(),
                         store.ids());
    EXPECT_FALSE(std::filesystem::exists(target.string() + ".part"));
    EXPECT_FALSE(std::filesystem::exists(target.string() + ".part-lock"));
}

INSTANTIATE_TEST_SUITE_P(
    Retentions, RestoreTest,
    ::testing::Combine(::testing::Values(Retention::none(), Retention::commits(0),
                                         Retention::commits(7), Retention::forever()),
                       ::testing::Values(1U, 2U, 3U)));

struct ChainTest : ::testing::Test {
    std::string refusal(const std::vector<std::filesystem::path>& files) {
        const auto target = store.folder.file("restored");
        try {
            restore(files, {}, target, {});
            ADD_FAILURE() << "restored";
        } catch (const StorageError& error) {
            EXPECT_FALSE(std::filesystem::exists(target));
            EXPECT_FALSE(std::filesystem::exists(target.string() + ".part"));
            return error.what();
        }
        return {};
    }
    static bool says(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    void SetUp() override {
        store.back_up();
        for (int i = 0; i < 3; ++i) {
            store.past.commit(20);
            store.back_up_next();
        }
    }
    Chained store{Retention::commits(3), 5};
};

TEST_F(ChainTest, RefusesWhatDoesNotFollow) {
    const auto& f = store.files;
    EXPECT_TRUE(says(refusal({f[1]}), "begins with a full one"));
    EXPECT_TRUE(says(refusal({f[0], f[2]}), f[2].string() + ": the archive begins after version"));
    EXPECT_TRUE(says(refusal({f[0], f[2], f[1]}), "begins after version"));
    EXPECT_TRUE(says(refusal({f[0], f[1], f[1]}), "begins after version"));
    EXPECT_TRUE(says(refusal({f[0], f[1], f[0]}), "only the first one of a chain is full"));
    EXPECT_TRUE(says(refusal({store.folder.file("nothing")}), "nothing: reading the archive"));
}

TEST_F(ChainTest, RefusesAnArchiveOfAnotherStore) {
    Chained other(Retention::commits(3), 5);
    other.back_up();
    other.past.commit(20);
    other.back_up_next();
    EXPECT_TRUE(says(refusal({store.files[0], other.files[1]}), "is of another store than"));
    EXPECT_THROW(end_of(other.files[0], store.disk->state().identity), StorageError);
}

TEST_F(ChainTest, RefusesToRestoreOverAFile) {
    const auto target = store.folder.file("taken");
    testing::write_bytes(target, "precious");
    EXPECT_THROW(restore(store.files, {}, target, {}), StorageError);
    EXPECT_EQ(testing::read_bytes(target), "precious");
    std::filesystem::create_symlink(store.folder.file("nowhere"), store.folder.file("link"));
    EXPECT_THROW(restore(store.files, {}, store.folder.file("link"), {}), StorageError);
}

TEST_F(ChainTest, StopsWhenItIsCancelled) {
    int left = 0;
    const Progress stop = [&](std::uint64_t done, std::uint64_t total) {
        EXPECT_LE(done, total);
        return left-- > 0;
    };
    for (int steps = 0; steps < 1000; ++steps) {
        left = steps;
        const auto target = store.folder.file("restored");
        try {
            restore(store.files, {}, target, stop);
            EXPECT_GT(steps, 2);
            return;
        } catch (const CancelledError&) {
            EXPECT_FALSE(std::filesystem::exists(target));
            EXPECT_FALSE(std::filesystem::exists(target.string() + ".part"));
        }
    }
    ADD_FAILURE() << "it never ended";
}

TEST_F(ChainTest, LeavesNothingWhenTheDiskIsFull) {
    const auto target = store.folder.file("new");
    const auto expect_nothing = [&] {
        EXPECT_FALSE(std::filesystem::exists(target));
        EXPECT_FALSE(std::filesystem::exists(target.string() + ".part"));
        EXPECT_FALSE(std::filesystem::exists(target.string() + ".part-lock"));
    };
    const std::uint64_t whole = restore(store.files, {}, store.folder.file("whole"), {}).bytes;
    for (const std::uint64_t room : {std::uint64_t{0}, std::uint64_t{5000}, whole / 2}) {
        const testing::FileSizeLimit limit(room);
        EXPECT_THROW(restore(store.files, {}, target, {}), StorageError) << room;
        expect_nothing();
        EXPECT_THROW(copy_store(Source::all_of(*store.disk), target, {}), StorageError) << room;
        expect_nothing();
    }
    restore(store.files, {}, target, {});
}

TEST_F(ChainTest, NamesTheVersionsThatItHas) {
    try {
        restore(store.files, Version{99}, store.folder.file("restored"), {});
        ADD_FAILURE();
    } catch (const StorageError& error) {
        EXPECT_STREQ(error.what(),
                     "version 99 is not in the archives; they have 2 to 5, 3 to 6, 4 to 7, 5 to 8");
    }
}

}  // namespace
}  // namespace vitrine::core::archive
