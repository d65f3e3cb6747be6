#include "core/archive/compact.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <vitrine/error.hpp>

#include "core/archive/restore.hpp"
#include "core/archive/write_archive.hpp"
#include "core/lmdb/lmdb_storage.hpp"
#include "tests/core/archive/past.hpp"
#include "tests/core/lmdb/file_size_limit.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::core::archive {
namespace {

struct CompactTest : ::testing::Test {
    CompactTest() {
        for (int i = 0; i < 40; ++i) past.commit(25);
        ids = disk->state().next_object_id;
        identity = disk->state().identity;
        disk.reset();
    }
    void expect_all() const {
        const auto storage = lmdb::open(file);
        testing::expect_past(*storage, past, past.oldest(), past.newest(), ids);
        EXPECT_EQ(storage->state().identity, identity);
        EXPECT_EQ(storage->state().next_object_id, ids);
        EXPECT_EQ(storage->state().history, past.history());
    }
    [[nodiscard]] bool left_over() const {
        return std::filesystem::exists(file.string() + ".compact") ||
               std::filesystem::exists(file.string() + ".compact-lock");
    }

    testing::TemporaryFolder folder;
    std::filesystem::path file = folder.file();
    std::unique_ptr<Storage> disk = lmdb::open(file);
    testing::Past past{*disk, Retention::commits(4), 8};
    std::uint64_t ids = 0;
    Identity identity;
};

TEST_F(CompactTest, KeepsAllThatIsKeptAndFreesTheRest) {
    ::chmod(file.c_str(), 0640);
    const CompactReport report = compact(file, {});
    EXPECT_LT(report.bytes_after, report.bytes_before);
    EXPECT_EQ(std::filesystem::file_size(file), report.bytes_after);
    EXPECT_FALSE(left_over());
    struct stat status {};
    ::stat(file.c_str(), &status);
    EXPECT_EQ(status.st_mode & 07777, 0640U);
    EXPECT_LE(lmdb::open(file)->size().free_bytes, 16U * 4096U);  // of the copy's last batches
    expect_all();
    // Once more there is nothing to gain.
    const CompactReport again = compact(file, {});
    EXPECT_EQ(again.bytes_after, report.bytes_after);
    expect_all();
}

TEST_F(CompactTest, LeavesAChainOfArchivesUnbroken) {
    const auto all = [&] { return Source::all_of(*disk); };
    disk = lmdb::open(file);
    write_archive(all(), {}, folder.file("full"), {});
    disk.reset();
    compact(file, {});
    disk = lmdb::open(file);
    write_archive(all(), end_of(folder.file("full"), disk->state().identity),
                  folder.file("increment"), {});
    restore({folder.file("full"), folder.file("increment")}, {}, folder.file("restored"), {});
    testing::expect_past(*lmdb::open(folder.file("restored")), past, past.oldest(), past.newest(),
                         ids);
}

TEST_F(CompactTest, ReplacesTheFileBehindALink) {
    const auto link = folder.file("link");
    std::filesystem::create_symlink(file, link);
    compact(link, {});
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    expect_all();
}

TEST_F(CompactTest, RefusesAStoreThatIsInUseOrNone) {
    const auto user = lmdb::open(file);
    EXPECT_THROW(compact(file, {}), StorageError);
    EXPECT_THROW(compact(folder.file("nothing"), {}), StorageError);
    testing::write_bytes(folder.file("text"), std::string(10'000, 'x'));
    EXPECT_THROW(compact(folder.file("text"), {}), StorageError);
    EXPECT_EQ(testing::read_bytes(folder.file("text")), std::string(10'000, 'x'));
}

TEST_F(CompactTest, LeavesTheFileAsItWasWhenTheDiskIsFull) {
    const std::string before = testing::read_bytes(file);
    {
        const testing::FileSizeLimit limit(before.size() / 8);
        EXPECT_THROW(compact(file, {}), StorageError);
    }
    EXPECT_EQ(testing::read_bytes(file), before);
    EXPECT_FALSE(left_over());
}

TEST_F(CompactTest, IsTheOldFileOrTheNewOneWheneverItIsKilledOrCancelled) {
    int killed = 0;
    for (int step = 0;; ++step) {
        const pid_t child = ::fork();
        if (child == 0) {
            int left = step;
            compact(file, [&](std::uint64_t, std::uint64_t) {
                if (left-- == 0) ::raise(SIGKILL);
                return true;
            });
            ::_exit(0);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        if (WIFEXITED(status)) break;
        ++killed;
        expect_all();

        int left = step;
        const std::string before = testing::read_bytes(file);
        const auto stop = [&](std::uint64_t, std::uint64_t) { return left-- != 0; };
        EXPECT_THROW(compact(file, stop), CancelledError);
        EXPECT_EQ(testing::read_bytes(file), before);
        EXPECT_FALSE(left_over());
    }
    EXPECT_GE(killed, 2);
    expect_all();
    EXPECT_FALSE(left_over());
}

}  // namespace
}  // namespace vitrine::core::archive
