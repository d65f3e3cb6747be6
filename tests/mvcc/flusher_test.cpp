#include "mvcc/flusher.hpp"

#include <atomic>
#include <optional>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/support/schedule.hpp"

namespace vitrine::mvcc {
namespace {

struct Sink final : CommitSink {
    std::mutex mutex;
    std::condition_variable changed;
    bool closed = false;  // batches wait at the gate
    std::size_t arrived = 0;
    std::vector<std::uint64_t> written;
    std::atomic<bool> failing{false};
    std::atomic<int> failures{0};

    void complete(const CommitList& batch) override {
        std::unique_lock lock(mutex);
        ++arrived;
        changed.notify_all();
        changed.wait(lock, [this] { return !closed; });
        if (failing) throw StorageError("disk full");
        for (const auto& commit : batch) written.push_back(commit->number.value());
    }
    void fail(CommitList&, const std::exception_ptr&) noexcept override { ++failures; }
    void close_gate() {
        const std::lock_guard lock(mutex);
        closed = true;
    }
    void open_gate() {
        const std::lock_guard lock(mutex);
        closed = false;
        changed.notify_all();
    }
    void await_batches(std::size_t count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return arrived >= count; });
    }
};

constexpr std::chrono::hours kNever{1};

struct FlusherThreadTest : testing::Test {
    Sink sink;
    std::optional<Flusher> queue{std::in_place, sink, kNever};

    std::shared_ptr<Commit> push(std::uint64_t number, std::size_t bytes = 100) {
        auto commit = std::make_shared<Commit>();
        commit->number = Version{number};
        commit->bytes = bytes;
        queue->push(CommitList{commit});
        return commit;
    }
};

TEST_F(FlusherThreadTest, CommittersReturnAtOnceAndFlushWaitsForThem) {
    queue->wait(*push(1));
    queue->wait(*push(2));
    queue->flush();
    EXPECT_EQ(sink.written, (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(sink.arrived, 1u) << "one batch";
    queue->flush();  // nothing new
    EXPECT_EQ(sink.arrived, 1u);
}

TEST_F(FlusherThreadTest, ACommitDoesNotWaitLongerThanTheInterval) {
    queue.emplace(sink, std::chrono::milliseconds{1});
    push(1);
    sink.await_batches(1);
}

TEST_F(FlusherThreadTest, ManyQueuedBytesAreWrittenWithoutBeingAsked) {
    push(1, std::size_t{9} << 20);
    sink.await_batches(1);
}

TEST_F(FlusherThreadTest, TheEndFlushes) {
    push(1);
    queue.reset();
    EXPECT_EQ(sink.written, std::vector<std::uint64_t>{1});
}

TEST_F(FlusherThreadTest, AFlushThatCameDuringABatchCoversWhatWasPushedMeanwhile) {
    sink.close_gate();
    push(1);
    vitrine::test::Schedule schedule;
    schedule.start("flusher", [this] { queue->flush(); });
    sink.await_batches(1);
    push(2);
    schedule.start("second", [this] { queue->flush(); });
    sink.open_gate();
    schedule.join("flusher");
    schedule.join("second");
    EXPECT_EQ(sink.written, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(FlusherThreadTest, AFailureIsReportedByFlushForeverAndNothingIsWrittenAfterIt) {
    sink.failing = true;
    push(1);
    EXPECT_THROW(queue->flush(), StorageError);
    sink.failing = false;
    queue->wait(*push(2));
    EXPECT_THROW(queue->flush(), StorageError);
    queue.reset();
    EXPECT_EQ(sink.failures, 1);
    EXPECT_TRUE(sink.written.empty()) << "a gap would break the prefix";
}

TEST_F(FlusherThreadTest, ACommitterFarAheadOfTheDiskWaits) {
    sink.close_gate();
    const auto big = push(1, std::size_t{60} << 20);
    vitrine::test::Schedule schedule;
    std::atomic<bool> returned{false};
    schedule.start("committer", [&] {
        queue->wait(*big);
        returned = true;
    });
    sink.await_batches(1);
    EXPECT_FALSE(returned);
    sink.open_gate();
    schedule.join("committer");
    EXPECT_EQ(sink.written, std::vector<std::uint64_t>{1});
}

TEST_F(FlusherThreadTest, BytesOnTheirWayToTheDiskCountToo) {
    sink.close_gate();
    push(1, std::size_t{30} << 20);
    sink.await_batches(1);
    const auto second = push(2, std::size_t{30} << 20);
    vitrine::test::Schedule schedule;
    std::atomic<bool> returned{false};
    schedule.start("committer", [&] {
        queue->wait(*second);
        returned = true;
    });
    for (int i = 0; i < 10'000 && !returned; ++i) std::this_thread::yield();
    EXPECT_FALSE(returned) << "60 MiB are neither on disk nor refused";
    sink.open_gate();
    schedule.join("committer");
}

TEST_F(FlusherThreadTest, AWaitingCommitterIsLetGoWhenTheDiskFails) {
    sink.close_gate();
    sink.failing = true;
    const auto big = push(1, std::size_t{60} << 20);
    vitrine::test::Schedule schedule;
    schedule.start("committer", [&] { queue->wait(*big); });
    sink.await_batches(1);
    sink.open_gate();
    schedule.join("committer");
    EXPECT_EQ(sink.failures, 1);
}

}  // namespace
}  // namespace vitrine::mvcc
