#include "core/memory/memory_log.hpp"

#include "core/memory/memory_storage.hpp"
#include "tests/core/log/log_contract.hpp"

namespace vitrine::core::testing {
namespace {

using memory::Failure;
using memory::MemoryStorage;

struct MemoryPlace {
    std::unique_ptr<MemoryStorage> disk = std::make_unique<MemoryStorage>();
    [[nodiscard]] std::unique_ptr<Storage> open() const { return disk->reopen(); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LogContract, MemoryPlace);

/// A storage whose mark names its log.
std::unique_ptr<CommitLog> begin_log(MemoryStorage& storage) {
    auto log = storage.make_log(1 << 20);
    Batch batch;
    batch.log = LogMark{log->number(), 0};
    storage.write(batch);
    return log;
}

TEST(MemoryLogTest, FailsTheAppendThatATestChooses) {
    MemoryStorage storage;
    const auto log = begin_log(storage);
    storage.fail_append(2, Failure::clean);
    append_to(*log, {1});
    const std::uint64_t end = log->end();
    EXPECT_THROW(append_to(*log, {2}), StorageError);
    EXPECT_FALSE(log->failed());
    EXPECT_EQ(log->end(), end);
    append_to(*log, {3});
    const auto blocks = replayed(*storage.open_log(), 0);
    ASSERT_EQ(blocks.size(), 2u);
    EXPECT_EQ(blocks[1].content, std::vector<Word>{3});
}

TEST(MemoryLogTest, TakesNoMoreAfterAnAppendInDoubt) {
    for (const Failure failure : {Failure::in_doubt, Failure::in_doubt_stored}) {
        MemoryStorage storage;
        const auto log = begin_log(storage);
        append_to(*log, {1});
        storage.fail_append(1, failure);
        EXPECT_THROW(append_to(*log, {2}), StorageError);
        EXPECT_TRUE(log->failed());
        EXPECT_THROW(append_to(*log, {3}), StorageError);
        EXPECT_EQ(replayed(*storage.open_log(), 0).size(), failure == Failure::in_doubt ? 1u : 2u);
    }
}

TEST(MemoryLogTest, LeavesACopyToTheProcessThatDies) {
    MemoryStorage storage;
    const auto log = begin_log(storage);
    append_to(*log, {1});
    const auto copy = storage.copy();
    append_to(*log, {2});
    EXPECT_EQ(replayed(*copy->open_log(), 0).size(), 1u);
    EXPECT_EQ(replayed(*storage.open_log(), 0).size(), 2u);
}

}  // namespace
}  // namespace vitrine::core::testing
