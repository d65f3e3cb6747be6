#include "core/log/log_file.hpp"

#include <unistd.h>

#include <cstring>
#include <fstream>

#include "core/lmdb/lmdb_storage.hpp"
#include "core/log/log_block.hpp"
#include "core/record.hpp"
#include "tests/core/lmdb/file_size_limit.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/core/log/log_contract.hpp"

namespace vitrine::core::testing {
namespace {

using log::make_log_file;
using log::open_log_file;

struct LmdbPlace {
    TemporaryFolder folder;
    [[nodiscard]] std::unique_ptr<Storage> open() const { return lmdb::open(folder.file()); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Lmdb, LogContract, LmdbPlace);

constexpr Identity kStore{11, 12};
constexpr std::size_t kHeadBytes = 4096;
constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kSector = log::kSectorBytes;

/// A log in a file with some blocks, and what is in them.
struct Made {
    explicit Made(std::initializer_list<std::size_t> sizes) {
        const auto log = make_log_file(file, kStore, kMiB);
        mark = {log->number(), 0};
        for (const std::size_t words : sizes) {
            const auto content = log_content(words, words);
            append_to(*log, content);
            blocks.push_back({content, log->end()});
        }
        bytes = read_bytes(file);
    }
    [[nodiscard]] std::vector<LoggedBlock> first(std::size_t count) const {
        return {blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(count)};
    }
    /// Where a block begins in the file.
    [[nodiscard]] std::size_t offset(std::size_t block) const {
        return kHeadBytes + (block == 0 ? 0 : blocks[block - 1].end);
    }
    [[nodiscard]] std::vector<LoggedBlock> read() const {
        return replayed(*open_log_file(file, kStore, mark), 0);
    }
    [[nodiscard]] std::vector<LoggedBlock> read(const std::string& damaged) const {
        write_bytes(file, damaged);
        return read();
    }
    /// In words, what opening or reading says; empty: nothing was wrong.
    [[nodiscard]] std::string refusal(const std::string& damaged) const {
        try {
            static_cast<void>(read(damaged));
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

    TemporaryFolder folder;
    std::filesystem::path file = folder.file("log");
    LogMark mark;
    std::vector<LoggedBlock> blocks;
    std::string bytes;
};

TEST(LogFileTest, IsFoundAgainByItsMark) {
    const Made made{10, 100, 1};
    EXPECT_EQ(made.read(), made.blocks);
    EXPECT_TRUE(log::is_log_file(made.file));
    EXPECT_EQ(made.bytes.size(), kHeadBytes + kMiB);  // zeros ahead
}

TEST(LogFileTest, SaysThatItIsMissing) {
    const TemporaryFolder folder;
    EXPECT_THROW(open_log_file(folder.file("log"), kStore, {1, 0}), StorageError);
    EXPECT_FALSE(log::is_log_file(folder.file("log")));
    EXPECT_FALSE(std::filesystem::exists(folder.file("log")));
}

TEST(LogFileTest, BelongsToOneStoreAtOneTime) {
    const Made made{10};
    EXPECT_THROW(open_log_file(made.file, {11, 13}, made.mark), StorageError);
    EXPECT_THROW(open_log_file(made.file, {12, 11}, made.mark), StorageError);
    EXPECT_THROW(open_log_file(made.file, kStore, {made.mark.log + 1, 0}), StorageError);
    EXPECT_NO_THROW(open_log_file(made.file, kStore, made.mark));
}

TEST(LogFileTest, IsNoOtherFile) {
    const Made made{10};
    for (const std::string& other : {std::string(), std::string("vtrn-log"),
                                     std::string(8192, '\0'), made.bytes.substr(0, 55)}) {
        EXPECT_NE(made.refusal(other).find("not a commit log"), std::string::npos);
    }
    EXPECT_TRUE(log::is_log_file(made.file));  // one that was cut, but still one
    write_bytes(made.file, "vtrn-lo");
    EXPECT_FALSE(log::is_log_file(made.file));
}

TEST(LogFileTest, BelievesNoHeadThatIsDamaged) {
    const Made made{10};
    for (std::size_t bit = 0; bit < 7 * sizeof(Word) * 8; ++bit) {
        std::string damaged = made.bytes.substr(0, kHeadBytes + 4 * kSector);
        damaged[bit / 8] ^= static_cast<char>(1U << bit % 8);
        EXPECT_NE(made.refusal(damaged), "") << "bit " << bit;
    }
}

// What a power failure leaves of the block that was being written.
TEST(LogFileTest, EndsBeforeALastBlockThatIsTorn) {
    const Made made{10, 200, 330};
    const std::size_t from = made.offset(2);
    const std::size_t sectors = (made.blocks[2].end - made.blocks[1].end) / kSector;
    ASSERT_EQ(sectors, 6u);
    for (std::uint64_t there = 0; there < 1U << sectors; ++there) {
        std::string torn = made.bytes;
        for (std::size_t i = 0; i < sectors; ++i)
            if ((there >> i & 1) == 0) std::fill_n(torn.data() + from + i * kSector, kSector, '\0');
        const bool whole = there == (1U << sectors) - 1;
        EXPECT_EQ(made.read(torn), made.first(whole ? 3 : 2)) << there;
    }
    for (std::size_t i = 0; i < sectors; ++i)  // the file ends there
        EXPECT_EQ(made.read(made.bytes.substr(0, from + i * kSector)), made.first(2)) << i;
    for (const std::size_t odd : {1, 7, 47, 48, 50, 511, 513})
        EXPECT_EQ(made.read(made.bytes.substr(0, from + odd)), made.first(2)) << odd;
}

TEST(LogFileTest, EndsBeforeATornBlockThatGoesAroundTheEnd) {
    const TemporaryFolder folder;
    const auto log = make_log_file(folder.file(), kStore, kMiB);
    const LogMark mark{log->number(), kMiB - 2 * kSector};
    append_to(*log, log_content(1, mark.start / sizeof(Word) - CommitLog::kHeadWords));
    ASSERT_EQ(log->end(), mark.start);
    log->release(mark.start);
    const auto content = log_content(2, 300);  // two sectors at the end, three at the beginning
    append_to(*log, content);
    const std::string bytes = read_bytes(folder.file());
    const std::vector<LoggedBlock> whole{{content, log->end()}};
    for (std::size_t sector : {std::size_t{0}, std::size_t{1}, std::size_t{2}, mark.start / kSector,
                               mark.start / kSector + 1}) {
        std::string torn = bytes;
        torn[kHeadBytes + sector * kSector + 9] ^= 4;
        write_bytes(folder.file(), torn);
        EXPECT_TRUE(replayed(*open_log_file(folder.file(), kStore, mark), mark.start).empty());
    }
    write_bytes(folder.file(), bytes);
    EXPECT_EQ(replayed(*open_log_file(folder.file(), kStore, mark), mark.start), whole);
}

// A3.
TEST(LogFileTest, TellsADamagedBlockFromTheEnd) {
    const Made made{10, 200, 330, 5};
    for (std::size_t block = 0; block < 3; ++block)
        for (std::size_t at = made.offset(block); at < made.offset(block + 1); at += kSector) {
            std::string damaged = made.bytes;
            std::fill_n(damaged.data() + at, kSector, '\0');
            EXPECT_THROW(made.read(damaged), CorruptionError) << block << ", at " << at;
        }
    std::string swapped = made.bytes;
    std::swap_ranges(swapped.begin() + static_cast<std::ptrdiff_t>(made.offset(0)),
                     swapped.begin() + static_cast<std::ptrdiff_t>(made.offset(0) + kSector),
                     swapped.begin() + static_cast<std::ptrdiff_t>(made.offset(3)));
    EXPECT_THROW(made.read(swapped), CorruptionError);
}

TEST(LogFileTest, NeverShowsWhatASingleBitMade) {
    const Made made{10, 60, 100};
    const std::string sound = made.bytes.substr(0, made.offset(2) + 2 * kSector);
    ASSERT_EQ(made.read(sound), made.blocks);
    std::fstream file(made.file, std::ios::in | std::ios::out | std::ios::binary);
    const auto put = [&](std::size_t at, char byte) {
        file.seekp(static_cast<std::streamoff>(at));
        file.put(byte);
        file.flush();
    };
    std::size_t lost = 0, refused = 0;
    for (std::size_t bit = kHeadBytes * 8; bit < sound.size() * 8; bit += 3) {
        const std::size_t at = bit / 8;
        put(at, static_cast<char>(sound[at] ^ (1 << bit % 8)));
        try {
            const auto found = made.read();
            if (found != made.blocks) {
                ++lost;
                EXPECT_EQ(found, made.first(2)) << "bit " << bit;
                EXPECT_GE(at, made.offset(2)) << "bit " << bit;
            }
        } catch (const CorruptionError&) {
            ++refused;
            EXPECT_LT(at, made.offset(2)) << "bit " << bit;
        }
        put(at, sound[at]);
    }
    // All bits but those of the padding.
    const auto bits_of = [](std::size_t words) { return (words + 6) * 64 / 3; };
    EXPECT_NEAR(static_cast<double>(lost), static_cast<double>(bits_of(100)), 2);
    EXPECT_NEAR(static_cast<double>(refused), static_cast<double>(bits_of(10) + bits_of(60)), 3);
}

// Heads with right checksums, which nobody wrote.
TEST(LogFileTest, TakesNoMemoryForABlockThatCannotBe) {
    Made made{10, 60, 100};
    const auto lie = [&](std::size_t at, std::size_t count, std::size_t which, Word number) {
        std::string damaged = made.bytes;
        const auto put = [&](std::size_t word, Word value) {
            std::memcpy(damaged.data() + at + word * sizeof value, &value, sizeof value);
        };
        put(which, number);
        std::vector<Word> head(count - 1);
        std::memcpy(head.data(), damaged.data() + at, head.size() * sizeof(Word));
        put(count - 1, hash_payload(head));
        return damaged;
    };
    const std::string huge = lie(0, 7, 5, Word{1} << 55);  // a ring of 32 PiB
    EXPECT_EQ(made.read(huge), made.blocks);
    made.bytes = huge;
    for (const Word words : {Word{1} << 44, Word{1} << 61, ~Word{0}, Word{kMiB / 8 - 5}})
        for (std::size_t block = 0; block < 3; ++block) {
            const std::string damaged = lie(made.offset(block), 6, 3, words);
            if (block == 2) {
                EXPECT_EQ(made.read(damaged), made.first(2));
            } else {
                EXPECT_THROW(made.read(damaged), CorruptionError);
            }
        }
}

TEST(LogFileTest, GoesOnWhenADiskThatWasFullIsNot) {
    const TemporaryFolder folder;
    const auto log = make_log_file(folder.file(), kStore, 4 * kMiB);
    const LogMark mark{log->number(), 0};
    std::vector<LoggedBlock> blocks;
    const auto append = [&](std::size_t words) {
        const auto content = log_content(blocks.size(), words);
        append_to(*log, content);
        blocks.push_back({content, log->end()});
    };
    append(kMiB / 16);
    {
        const FileSizeLimit full(kHeadBytes + kMiB + kMiB / 2);
        EXPECT_THROW(append(kMiB / 8), StorageError);
        EXPECT_THROW(append(kMiB / 8), StorageError);
        EXPECT_FALSE(log->failed());
        EXPECT_EQ(log->end(), blocks.back().end);
        EXPECT_EQ(replayed(*open_log_file(folder.file(), kStore, mark), 0), blocks);
        append(10);  // where zeros are already
    }
    append(kMiB / 8);
    append(kMiB / 8);
    EXPECT_EQ(replayed(*open_log_file(folder.file(), kStore, mark), 0), blocks);
}

TEST(LogFileTest, IsNotMadeOnADiskThatIsFull) {
    const TemporaryFolder folder;
    {
        const FileSizeLimit full(kHeadBytes / 2);
        EXPECT_THROW(make_log_file(folder.file(), kStore, kMiB), StorageError);
    }
    {
        const FileSizeLimit full(kMiB);
        EXPECT_THROW(make_log_file(folder.file(), kStore, kMiB), StorageError);
    }
    EXPECT_NO_THROW(make_log_file(folder.file(), kStore, kMiB));
}

TEST(LogFileTest, TakesTheSizeItIsTold) {
    const TemporaryFolder folder;
    const auto capacity = [&](std::size_t bytes) {
        return make_log_file(folder.file(), kStore, bytes)->capacity();
    };
    EXPECT_EQ(capacity(0), kMiB);
    EXPECT_EQ(capacity(1), kMiB);
    EXPECT_EQ(capacity(2 * kMiB - 1), kMiB);
    EXPECT_EQ(capacity(64 * kMiB), 64 * kMiB);
    EXPECT_EQ(std::filesystem::file_size(folder.file()),
              kHeadBytes + kMiB);  // the rest comes later
}

TEST(LogFileTest, IsTheSameBehindASymbolicLink) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.file("other"));
    const auto real = folder.file("other/store");
    std::filesystem::create_symlink("other/store", folder.file("link"));
    std::filesystem::create_symlink("link", folder.file("second"));
    const auto expected = std::filesystem::canonical(folder.file("other")) / "store-log";
    for (const auto& name : {real, folder.file("link"), folder.file("second")})
        EXPECT_EQ(log::log_path(name), expected);
    lmdb::open(real).reset();  // from here on it is there
    EXPECT_EQ(log::log_path(folder.file("second")), expected);
    std::uint64_t number = 0;
    {
        const auto storage = lmdb::open(folder.file("second"));
        const auto log = storage->make_log(kMiB);
        append_to(*log, {1, 2, 3});
        number = log->number();
        Batch batch;
        batch.log = LogMark{number, 0};
        storage->write(batch);
    }
    const auto storage = lmdb::open(real);
    EXPECT_EQ(replayed(*storage->open_log(), 0).size(), 1u);
    EXPECT_EQ(storage->open_log()->number(), number);
}

TEST(LogFileTest, IsFoundByAProcessThatChangedItsFolder) {
    const TemporaryFolder folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::create_directory(folder.file("elsewhere"));
    std::filesystem::current_path(folder.file().parent_path());
    const auto storage = lmdb::open("store");
    std::filesystem::current_path(folder.file("elsewhere"));
    const auto log = storage->make_log(kMiB);
    EXPECT_TRUE(log::is_log_file(folder.file("store-log")));
    Batch batch;
    batch.log = LogMark{log->number(), 0};
    storage->write(batch);
    EXPECT_NO_THROW(storage->open_log());
    storage->write(Batch{});
    storage->remove_log();
    EXPECT_FALSE(std::filesystem::exists(folder.file("store-log")));
    std::filesystem::current_path(before);
}

TEST(LogFileTest, IsNotWrittenOverByANewStoreOfThatName) {
    const TemporaryFolder folder;
    make_log_file(folder.file("store-log"), kStore, kMiB);
    const std::string bytes = read_bytes(folder.file("store-log"));
    EXPECT_THROW(lmdb::open(folder.file()), StorageError);
    write_bytes(folder.file(), "");  // an empty file is a new store too
    EXPECT_THROW(lmdb::open(folder.file()), StorageError);
    EXPECT_EQ(read_bytes(folder.file("store-log")), bytes);
    std::filesystem::remove(folder.file("store-log"));
    EXPECT_NO_THROW(lmdb::open(folder.file()));
}

TEST(LogFileTest, CountsAsPartOfTheStoresSize) {
    const TemporaryFolder folder;
    const auto storage = lmdb::open(folder.file());
    EXPECT_EQ(storage->size().log_bytes, 0U);
    const auto log = storage->make_log(4 * kMiB);
    EXPECT_EQ(storage->size().log_bytes, kHeadBytes + kMiB);
}

}  // namespace
}  // namespace vitrine::core::testing
