#include "core/memory/memory_storage.hpp"

#include <vitrine/error.hpp>

#include "tests/core/storage_contract.hpp"

namespace vitrine::core::testing {
namespace {

using memory::Failure;
using memory::MemoryStorage;

struct MemoryPlace {
    std::unique_ptr<MemoryStorage> disk = std::make_unique<MemoryStorage>();
    [[nodiscard]] std::unique_ptr<Storage> open() const { return disk->reopen(); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StorageContract, MemoryPlace);

TEST(MemoryStorageTest, FailsTheWriteThatATestChooses) {
    MemoryStorage storage;
    storage.fail_write(2, Failure::clean);
    storage.write(BatchOf(1).put(1, 1).get());
    EXPECT_THROW(storage.write(BatchOf(2).put(1, 2).get()), StorageError);
    EXPECT_EQ(storage.state().newest, v(1));
    EXPECT_FALSE(storage.failed());
    storage.write(BatchOf(2).put(1, 2).get());
    EXPECT_EQ(read(storage, 1, kOpen).reading.born, v(2));
    EXPECT_EQ(storage.writes(), 2u);
}

TEST(MemoryStorageTest, RefusesWritesAfterOneInDoubtAndKeepsReading) {
    for (const Failure failure : {Failure::in_doubt, Failure::in_doubt_stored}) {
        MemoryStorage storage;
        storage.write(BatchOf(1).put(1, 1).get());
        storage.fail_write(1, failure);
        EXPECT_THROW(storage.write(BatchOf(2).put(1, 2).get()), StorageError);
        EXPECT_TRUE(storage.failed());
        EXPECT_THROW(storage.write(BatchOf(2).put(1, 2).get()), StorageError);
        const Version newest = v(failure == Failure::in_doubt ? 1 : 2);
        EXPECT_EQ(read(storage, 1, kOpen).reading.born, newest);
        const auto reopened = storage.reopen();
        EXPECT_FALSE(reopened->failed());
        EXPECT_EQ(reopened->state().newest, newest);
    }
}

TEST(MemoryStorageTest, LetsATestDamageAndLoseRows) {
    MemoryStorage storage;
    storage.write(BatchOf(1).put(1, 1).put(2, 1).get());
    const RowKey row{id_of(1), v(1)};
    EXPECT_TRUE(storage.damage_row(row, [](std::span<Word> words) { words[2] ^= 1; }));
    EXPECT_NE(read(storage, 1, kOpen).words, make_row(id_of(1), v(1), 3));
    EXPECT_TRUE(storage.drop_row(row));
    EXPECT_FALSE(storage.drop_row(row));
    EXPECT_FALSE(storage.damage_row(row, [](std::span<Word>) { FAIL(); }));
    EXPECT_FALSE(read(storage, 1, kOpen).reading.born);
}

TEST(MemoryStorageTest, LetsACommitOvertakeALoad) {
    MemoryStorage storage;
    storage.write(BatchOf(1).put(1, 1).get());
    storage.on_read([&](ObjectId, const Storage::Reading& reading) {
        EXPECT_EQ(reading.newest, v(1));
        storage.on_read(nullptr);
        storage.write(BatchOf(2).erase(1, 1).put(1, 2).get());
    });
    const ReadRow loaded = read(storage, 1, kOpen);
    EXPECT_EQ(loaded.reading.newest, v(1));
    EXPECT_EQ(loaded.words, make_row(id_of(1), v(1), 3));
    EXPECT_EQ(read(storage, 1, kOpen).reading.newest, v(2));
}

TEST(MemoryStorageTest, ShowsEachBatchToTheTestBeforeItIsStored) {
    MemoryStorage storage;
    Version seen;
    storage.on_write([&](const Batch& batch) {
        seen = batch.newest;
        EXPECT_EQ(storage.state().newest, v(0));
    });
    storage.write(BatchOf(1).put(1, 1).get());
    EXPECT_EQ(seen, v(1));
}

}  // namespace
}  // namespace vitrine::core::testing
