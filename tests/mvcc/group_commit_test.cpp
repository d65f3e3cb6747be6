#include "mvcc/group_commit.hpp"

#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/support/schedule.hpp"

namespace vitrine::mvcc {
namespace {

/// Notes the batches; fails those it is told to; drains the queue when one fails, as the pipeline does.
struct Sink final : CommitSink {
    CommitQueue* queue = nullptr;
    std::vector<std::vector<std::uint64_t>> batches;  // one leader at a time writes it
    std::size_t fail_at = 0;
    std::size_t drained = 0;

    void complete(const CommitList& batch) override {
        auto& numbers = batches.emplace_back();
        for (const auto& commit : batch) numbers.push_back(commit->number.value());
        if (batches.size() == fail_at) throw StorageError("disk full");
    }
    void fail(CommitList& batch, const std::exception_ptr& failure) noexcept override {
        CommitList rest = queue->drain();
        drained += rest.size();
        batch.splice(batch.end(), rest);
        for (const auto& commit : batch) commit->failure = failure;
    }
};

struct GroupCommitTest : testing::Test {
    Sink sink;
    GroupCommit queue{sink};
    vitrine::test::Schedule schedule;
    GroupCommitTest() { sink.queue = &queue; }

    std::shared_ptr<Commit> push(std::uint64_t number) {
        auto commit = std::make_shared<Commit>();
        commit->number = Version{number};
        queue.push(CommitList{commit});
        return commit;
    }
    void start(const std::string& actor, std::uint64_t number) {
        schedule.start(actor, [this, commit = push(number)] { queue.wait(*commit); });
    }
};
using GroupCommitScheduleTest = GroupCommitTest;
using Batches = std::vector<std::vector<std::uint64_t>>;

TEST_F(GroupCommitTest, ALoneCommitterWritesItsOwnBatch) {
    for (const std::uint64_t number : {1, 2}) queue.wait(*push(number));
    EXPECT_EQ(sink.batches, (Batches{{1}, {2}}));
}

TEST_F(GroupCommitTest, AFailedCommitThrowsAndTheNextOneWorks) {
    sink.fail_at = 1;
    const auto failing = push(1);
    EXPECT_THROW(queue.wait(*failing), StorageError);
    queue.wait(*push(1));
    EXPECT_EQ(sink.batches, (Batches{{1}, {1}}));
}

TEST_F(GroupCommitTest, FlushingWhenNothingIsQueuedReturns) {
    queue.flush();
    queue.wait(*push(1));
    queue.flush();
    EXPECT_EQ(sink.batches.size(), 1u);
}

TEST_F(GroupCommitScheduleTest, ThoseWhoComeWhileABatchIsWrittenShareTheNext) {
    schedule.hold("leader", "commit:leading");
    start("leader", 1);
    schedule.await("leader");
    start("second", 2);
    start("third", 3);
    start("fourth", 4);
    schedule.release("leader");
    for (const char* actor : {"leader", "second", "third", "fourth"}) schedule.join(actor);
    EXPECT_EQ(sink.batches, (Batches{{1}, {2, 3, 4}}));
}

TEST_F(GroupCommitScheduleTest, AFailureTakesThoseQueuedBehindWithItAndTheStoreGoesOn) {
    sink.fail_at = 1;
    schedule.hold("leader", "commit:leading");
    start("leader", 1);
    schedule.await("leader");
    start("second", 2);
    start("third", 3);
    schedule.release("leader");
    for (const char* actor : {"leader", "second", "third"})
        EXPECT_THROW(schedule.join(actor), StorageError) << actor;
    EXPECT_EQ(sink.drained, 2u);
    queue.wait(*push(1));
    EXPECT_EQ(sink.batches, (Batches{{1}, {1}}));
}

TEST_F(GroupCommitScheduleTest, ACommitFailedBeforeItsThreadWaitsIsReportedToIt) {
    sink.fail_at = 1;
    const auto slow = push(1);  // its thread is elsewhere
    const auto failing = push(2);
    EXPECT_THROW(queue.wait(*failing), StorageError);
    EXPECT_THROW(queue.wait(*slow), StorageError);
    EXPECT_EQ(sink.batches, (Batches{{1, 2}}));
}

// Not until nothing is queued: under a steady load that moment may never come.
TEST_F(GroupCommitScheduleTest, FlushReturnsWhileALaterCommitIsStillBeingWritten) {
    schedule.hold("first", "commit:leading");
    start("first", 1);
    schedule.await("first");
    schedule.hold("flusher", "commit:flushing");
    schedule.start("flusher", [this] { queue.flush(); });
    schedule.await("flusher");
    schedule.hold("second", "commit:leading");
    start("second", 2);
    schedule.release("first");
    schedule.join("first");
    schedule.await("second");
    schedule.release("flusher");
    schedule.join("flusher");
    EXPECT_EQ(sink.batches, (Batches{{1}})) << "the second batch still stands";
    schedule.release("second");
    schedule.join("second");
}

using GroupCommitConcurrencyTest = GroupCommitTest;

TEST_F(GroupCommitConcurrencyTest, ConcurrentCommittersAreEachWrittenOnceInOrder) {
    constexpr std::uint64_t kEach = 300;
    std::mutex sequencing;
    std::uint64_t next = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (std::uint64_t n = 0; n < kEach; ++n) {
                std::shared_ptr<Commit> commit;
                {
                    const std::lock_guard lock(sequencing);
                    commit = push(++next);
                }
                queue.wait(*commit);
            }
        });
    for (auto& thread : threads) thread.join();
    std::uint64_t expected = 0;
    for (const auto& batch : sink.batches)
        for (const std::uint64_t number : batch) ASSERT_EQ(number, ++expected);
    EXPECT_EQ(expected, 4 * kEach);
}

}  // namespace
}  // namespace vitrine::mvcc
