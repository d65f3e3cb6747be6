#include "core/lmdb/lmdb_storage.hpp"

#include <vitrine/error.hpp>

#include "tests/core/lmdb/file_size_limit.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/core/storage_contract.hpp"

namespace vitrine::core::testing {
namespace {

struct LmdbPlace {
    TemporaryFolder folder;
    [[nodiscard]] std::unique_ptr<Storage> open() const { return lmdb::open(folder.file()); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Lmdb, StorageContract, LmdbPlace);

TEST(LmdbStorageTest, CountsTheFileAndWhatIsFreeInIt) {
    const TemporaryFolder folder;
    const auto storage = lmdb::open(folder.file());
    BatchOf many(1);
    for (std::uint64_t id = 1; id <= 500; ++id) many.put(id, 1, 100);
    storage->write(many.get());
    const StorageSize before = storage->size();
    EXPECT_EQ(before.file_bytes, std::filesystem::file_size(folder.file()));
    BatchOf none(2);
    for (std::uint64_t id = 1; id <= 500; ++id) none.erase(id, 1);
    storage->write(none.get());
    EXPECT_GE(storage->size().free_bytes, before.free_bytes + 500 * 100 * sizeof(Word));
}

TEST(LmdbStorageTest, FillsPagesWhenRowsComeInOrder) {
    const TemporaryFolder folder;
    const auto storage = lmdb::open(folder.file());
    constexpr std::uint64_t kRows = 20'000;
    for (std::uint64_t part = 0; part < 4; ++part) {
        BatchOf batch(part + 1);
        for (std::uint64_t i = 1; i <= kRows / 4; ++i) {
            batch.put(part * kRows / 4 + i, part + 1, 13);
        }
        storage->write(batch.get());
    }
    EXPECT_LT(storage->size().file_bytes, kRows * (16 + 13 * 8) * 12 / 10);
}

TEST(LmdbStorageTest, PinsNoPagesBetweenReads) {
    const TemporaryFolder folder;
    const auto storage = lmdb::open(folder.file());
    storage->write(BatchOf(1).put(1, 1, 200).get());
    for (std::uint64_t version = 2; version < 300; ++version) {
        EXPECT_EQ(read(*storage, 1, kOpen).reading.born, v(version - 1));
        storage->write(BatchOf(version).erase(1, version - 1).put(1, version, 200).get());
    }
    EXPECT_LT(storage->size().file_bytes, 40u * 4096);
}

TEST(LmdbStorageTest, FailsCleanlyWhenTheMapIsFull) {
    const TemporaryFolder folder;
    const auto storage = lmdb::open(folder.file(), {.map_bytes = 1 << 20});
    storage->write(BatchOf(1).put(1, 1).get());
    try {
        storage->write(BatchOf(2).put(2, 2, 300'000).get());
        FAIL() << "more was written than fits";
    } catch (const StorageError& error) {
        EXPECT_NE(std::string(error.what()).find(folder.file().string()), std::string::npos);
    }
    EXPECT_FALSE(storage->failed());
    EXPECT_EQ(storage->state().newest, v(1));
    storage->write(BatchOf(2).put(3, 2).get());
    EXPECT_FALSE(read(*storage, 2, kOpen).reading.born);
    EXPECT_EQ(read(*storage, 3, kOpen).reading.newest, v(2));
}

TEST(LmdbStorageTest, FailsCleanlyWhenTheDiskIsFull) {
    const TemporaryFolder folder;
    const auto storage = lmdb::open(folder.file());
    storage->write(BatchOf(1).put(1, 1).get());
    for (const std::uint64_t room : {0u, 5000u, 100'000u}) {  // LMDB sees a short write or an error
        {
            const FileSizeLimit limit(storage->size().file_bytes + room);
            EXPECT_THROW(storage->write(BatchOf(9).put(2, 9, 100'000).get()), StorageError);
        }
        EXPECT_FALSE(storage->failed()) << room;
        EXPECT_LT(storage->state().newest, v(9));
    }
    storage->write(BatchOf(2).put(3, 2).get());
    EXPECT_FALSE(read(*storage, 2, kOpen).reading.born);
    EXPECT_EQ(read(*storage, 3, kOpen).reading.newest, v(2));
}

TEST(LmdbStorageTest, ReadsAReadOnlyStoreAndRefusesToWriteIt) {
    const TemporaryFolder folder;
    lmdb::open(folder.file())->write(BatchOf(1).put(1, 1).get());
    std::filesystem::remove(folder.file("store-lock"));
    const auto storage = lmdb::open(folder.file(), {.read_only = true});
    EXPECT_EQ(read(*storage, 1, kOpen).reading.born, v(1));
    EXPECT_THROW(storage->write(BatchOf(2).get()), StorageError);
    EXPECT_FALSE(std::filesystem::exists(folder.file("store-lock")));
}

TEST(LmdbStorageTest, NamesDamagedPagesInsteadOfEndingTheProcess) {
    const TemporaryFolder folder;
    BatchOf batch(1);
    for (std::uint64_t id = 1; id <= 2000; ++id) batch.put(id, 1, 20);
    lmdb::open(folder.file())->write(batch.get());
    const std::string good = read_bytes(folder.file());
    const std::size_t pages = good.size() / 4096;
    int detected = 0;
    for (std::size_t page = 2; page < pages; page += 7) {
        std::string bad = good;
        bad.replace(page * 4096, 4096, 4096, '\0');
        write_bytes(folder.file(), bad);
        std::size_t rows = 0;
        try {
            const auto storage = lmdb::open(folder.file());
            std::optional<RowKey> after;
            do {
                after = storage->scan(after, 100, [&](RowKey, Words) { return ++rows > 0; });
            } while (after);
            EXPECT_EQ(rows, 2000u) << "page " << page;
        } catch (const CorruptionError&) {
            ++detected;
        } catch (const StorageError&) {
            ++detected;  // the page that names the tables
        }
    }
    EXPECT_GT(detected, 1);
}

}  // namespace
}  // namespace vitrine::core::testing
