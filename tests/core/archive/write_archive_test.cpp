#include "core/archive/write_archive.hpp"

#include <fstream>

#include <vitrine/error.hpp>

#include "core/archive/archive_reader.hpp"
#include "core/archive/restore.hpp"
#include "core/memory/memory_storage.hpp"
#include "tests/core/archive/past.hpp"
#include "tests/core/lmdb/file_size_limit.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::core::archive {
namespace {

using testing::Past;
using testing::TemporaryFolder;

struct WriteArchiveTest : ::testing::Test {
    BackupReport write(const std::string& name, const std::optional<Since>& since = {}) {
        return write_archive(Source::all_of(*disk), since, folder.file(name), {});
    }
    [[nodiscard]] bool nothing_left(const std::string& name) const {
        return !std::filesystem::exists(folder.file(name)) &&
               !std::filesystem::exists(folder.file(name + ".part"));
    }
    std::uint64_t size(const std::string& name) {
        return std::filesystem::file_size(folder.file(name));
    }
    /// One commit that changes these objects.
    void change(std::uint64_t first, std::uint64_t count) {
        past.begin();
        for (std::uint64_t id = first; id < first + count; ++id) past.put(ObjectId{id});
        past.end();
    }

    TemporaryFolder folder;
    std::unique_ptr<memory::MemoryStorage> disk = memory::open();
    Past past{*disk, Retention::commits(2), 11};
};

TEST_F(WriteArchiveTest, WritesNoMoreThanWhatChanged) {
    change(16, 20'000);
    const BackupReport full = write("full");
    EXPECT_EQ(full.rows, 20'000U);
    EXPECT_EQ(full.bytes, size("full"));
    change(5000, 10);
    const BackupReport ten = write("ten", Since{full.version});
    EXPECT_EQ(ten.rows, 10U);
    change(5000, 1000);
    const BackupReport thousand = write("thousand", Since{ten.version});
    EXPECT_EQ(thousand.rows, 1000U);
    const BackupReport none = write("none", Since{thousand.version});
    EXPECT_EQ(none.rows, 0U);
    EXPECT_LT(none.bytes, 400U);
    EXPECT_LT(ten.bytes, full.bytes / 300);
    EXPECT_LT(thousand.bytes, full.bytes / 12);
    EXPECT_GT(thousand.bytes, full.bytes / 30);
}

TEST_F(WriteArchiveTest, TakesAFewBitsForEachObjectThatStayedBetweenDroppedOnes) {
    change(16, 20'000);
    past.begin();
    for (std::uint64_t id = 16; id < 20'000; id += 2) past.drop(ObjectId{id});
    past.end();
    change(16 + 20'001, 1);
    change(16 + 20'001, 1);
    change(16 + 20'001, 1);
    const BackupReport none = write("none", Since{past.newest()});
    EXPECT_LT(none.bytes, 20'000 * 2 / 8 + 1000);
}

TEST_F(WriteArchiveTest, FindsEveryFlippedBit) {
    past.max_words = 30;
    for (int i = 0; i < 3; ++i) past.commit(40);
    for (std::uint64_t id = 16; id < 20; ++id) change(id, 1);
    const BackupReport full = write("full");
    past.commit(50);
    past.commit(50);
    write("increment", Since{full.version});
    std::mt19937 random(3);
    const Meter meter({}, "");
    std::size_t restored = 0;
    for (const std::string name : {"full", "increment"}) {
        const std::string good = testing::read_bytes(folder.file(name));
        const auto bad = folder.file("bad");
        testing::write_bytes(bad, good);
        std::fstream file(bad, std::ios::in | std::ios::out | std::ios::binary);
        const auto set = [&](std::size_t byte, int value) {
            file.seekp(static_cast<std::streamoff>(byte)).put(static_cast<char>(value)).flush();
        };
        for (std::size_t byte = 0; byte < good.size(); ++byte) {
            set(byte, good[byte] ^ (1 << random() % 8));
            EXPECT_THROW(verify_archive(bad, meter), Error) << name << " " << byte;
            if (byte % 499 == 0) {
                std::vector files{folder.file("full"), folder.file("increment")};
                files[name == "full" ? 0 : 1] = bad;
                EXPECT_THROW(restore(files, {}, folder.file("restored"), {}), Error)
                    << name << " " << byte;
                EXPECT_TRUE(nothing_left("restored"));
                ++restored;
            }
            set(byte, good[byte]);
        }
        verify_archive(bad, meter);
    }
    EXPECT_GT(restored, 10U);
}

TEST_F(WriteArchiveTest, FindsArchivesThatWereCutOrGrew) {
    past.max_words = 30;
    past.commit(40);
    change(16, 5);
    write("full");
    const std::string good = testing::read_bytes(folder.file("full"));
    const auto bad = folder.file("bad");
    const Meter meter({}, "");
    testing::write_bytes(bad, good);
    for (std::size_t length = good.size(); length-- != 0;) {
        std::filesystem::resize_file(bad, length);
        EXPECT_THROW(verify_archive(bad, meter), Error) << length;
    }
    for (const std::size_t more : {1U, 8U, 104U}) {
        testing::write_bytes(bad, good + good.substr(good.size() - more));
        EXPECT_THROW(verify_archive(bad, meter), Error) << more;
    }
    verify_archive(folder.file("full"), meter);
}

TEST_F(WriteArchiveTest, NamesFileAndPlaceOfDamage) {
    change(16, 20'000);  // several frames
    write("full");
    std::string bad = testing::read_bytes(folder.file("full"));
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 4);
    testing::write_bytes(folder.file("bad"), bad);
    try {
        verify_archive(folder.file("bad"), Meter({}, ""));
        ADD_FAILURE();
    } catch (const CorruptionError& error) {
        const std::string said = error.what();
        const std::string begin =
            folder.file("bad").string() + ": the archive is damaged behind byte ";
        ASSERT_EQ(said.substr(0, begin.size()), begin);
        const std::uint64_t place = std::stoull(said.substr(begin.size()));
        EXPECT_LE(place, bad.size() / 2);
        EXPECT_GT(place + (2 << 20), bad.size() / 2);
    }
}

TEST_F(WriteArchiveTest, RefusesToCopyADamagedRow) {
    change(16, 100);
    disk->damage_row({ObjectId{50}, past.newest()}, [](std::span<Word> row) { row.back() ^= 1; });
    try {
        write("full");
        ADD_FAILURE();
    } catch (const CorruptionError& error) {
        EXPECT_EQ(error.object().id(), 50U);
    }
    EXPECT_TRUE(nothing_left("full"));
}

TEST_F(WriteArchiveTest, RefusesToBeginWhereTheStoreNeverWas) {
    change(16, 10);
    EXPECT_THROW(write("future", Since{Version{7}}), StorageError);
    EXPECT_THROW(write("other", Since{past.newest(), Time(std::chrono::seconds(77))}),
                 StorageError);
    EXPECT_TRUE(nothing_left("future"));
    EXPECT_TRUE(nothing_left("other"));
}

TEST_F(WriteArchiveTest, LeavesFilesAloneThatAreNotItsOwn) {
    change(16, 10);
    testing::write_bytes(folder.file("taken"), "precious");
    EXPECT_THROW(write("taken"), StorageError);
    EXPECT_EQ(testing::read_bytes(folder.file("taken")), "precious");
    testing::write_bytes(folder.file("other.part"), "precious");
    EXPECT_THROW(write("other"), StorageError);
    EXPECT_EQ(testing::read_bytes(folder.file("other.part")), "precious");
    // What a killed backup left is in nobody's way.
    write("left");
    std::filesystem::rename(folder.file("left"), folder.file("again.part"));
    write("again");
    EXPECT_EQ(size("again") != 0, true);
}

TEST_F(WriteArchiveTest, LeavesNothingWhenTheDiskIsFull) {
    change(16, 5000);
    const std::uint64_t whole = write("whole").bytes;
    for (const std::uint64_t room : {std::uint64_t{0}, std::uint64_t{50}, whole / 2, whole - 1}) {
        const testing::FileSizeLimit limit(room);
        EXPECT_THROW(write("full"), StorageError) << room;
        EXPECT_TRUE(nothing_left("full"));
    }
    write("full");
}

}  // namespace
}  // namespace vitrine::core::archive
