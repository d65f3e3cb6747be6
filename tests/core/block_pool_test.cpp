#include "core/block_pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace vitrine::core {
namespace {

/// On, also where a sanitizer watches; what is in the depot goes in the end.
struct BlockPoolTest : testing::Test {
    BlockPoolTest() {
        BlockPool::set_pooling(true);
        BlockPool::drain();
    }
    ~BlockPoolTest() override {
        BlockPool::set_pooling(!test::kSanitized);
        BlockPool::drain();
    }
};

/// A block that knows what was written to it.
struct Marked {
    Marked(std::size_t size, unsigned char with)
        : bytes(size), mark(with), memory(BlockPool::take(size)) {
        std::memset(memory, mark, bytes);
    }
    [[nodiscard]] bool intact() const {
        const auto* const at = static_cast<const unsigned char*>(memory);
        return std::all_of(at, at + bytes, [this](unsigned char byte) { return byte == mark; });
    }
    void give() const { BlockPool::give(memory, bytes); }

    std::size_t bytes;
    unsigned char mark;
    void* memory;
};

TEST_F(BlockPoolTest, BlocksOfAllSizesAreApart) {
    std::mt19937_64 random(1);
    std::vector<Marked> all;
    for (int i = 0; i < 60000; ++i) {
        if (all.size() < 500 && random() % 5 < 3) {
            const std::size_t bytes = random() % (i % 2 == 0 ? 300 : BlockPool::kLargest + 1000);
            all.emplace_back(bytes, static_cast<unsigned char>(random()));
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(all.back().memory) %
                          __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                      0U);
        } else if (!all.empty()) {
            std::swap(all[random() % all.size()], all.back());
            EXPECT_TRUE(all.back().intact());
            all.back().give();
            all.pop_back();
        }
    }
    for (const Marked& one : all) {
        EXPECT_TRUE(one.intact());
        one.give();
    }
}

// What one thread makes goes to the next one, which frees it and makes others of it.
TEST_F(BlockPoolTest, ThreadsPassBlocksOn) {
    constexpr int kThreads = 3;
    const int rounds = test::kSanitized ? 3000 : 60000;
    struct Belt {
        std::mutex mutex;
        std::condition_variable changed;
        std::deque<Marked> blocks;
    };
    std::vector<Belt> belts(kThreads);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&, t] {
            std::mt19937_64 random(static_cast<unsigned>(t));
            for (int i = 0; i < rounds; ++i) {
                const Marked made(1 + random() % 4000, static_cast<unsigned char>(random()));
                Belt& next = belts[static_cast<std::size_t>((t + 1) % kThreads)];
                {
                    const std::lock_guard lock(next.mutex);
                    next.blocks.push_back(made);
                }
                next.changed.notify_one();
                Belt& own = belts[static_cast<std::size_t>(t)];
                std::unique_lock lock(own.mutex);
                own.changed.wait(lock, [&] { return !own.blocks.empty(); });
                const Marked got = own.blocks.front();
                own.blocks.pop_front();
                lock.unlock();
                EXPECT_TRUE(got.intact());
                got.give();
            }
        });
    for (std::thread& thread : threads) thread.join();
}

TEST_F(BlockPoolTest, TheDepotIsBoundedAndCanBeEmptied) {
    std::vector<Marked> all;
    const std::size_t wanted = 2 * BlockPool::kDepotBytes / 3000;
    for (std::size_t i = 0; i < wanted; ++i) all.emplace_back(3000, 'a');
    for (const Marked& one : all) one.give();
    EXPECT_LE(BlockPool::depot_bytes(), BlockPool::kDepotBytes);
    EXPECT_GT(BlockPool::depot_bytes(), BlockPool::kDepotBytes / 2);
    BlockPool::drain();
    EXPECT_EQ(BlockPool::depot_bytes(), 0U);
}

TEST_F(BlockPoolTest, AnotherThreadUsesWhatOneGaveBack) {
    std::vector<void*> given;
    std::thread([&] {
        std::vector<Marked> all;
        for (int i = 0; i < 1000; ++i) all.emplace_back(2000, 'a');
        for (const Marked& one : all) {
            given.push_back(one.memory);
            one.give();
        }
    }).join();
    const std::size_t there = BlockPool::depot_bytes();
    EXPECT_GT(there, 1000 * 2000 * 9 / 10U);
    std::vector<Marked> all;
    std::size_t known = 0;
    for (int i = 0; i < 900; ++i) {
        all.emplace_back(2000, 'b');
        known += std::count(given.begin(), given.end(), all.back().memory) != 0 ? 1U : 0U;
    }
    EXPECT_GE(known, 880U) << "the thread had some from before";
    EXPECT_LT(BlockPool::depot_bytes(), there / 5);
    for (const Marked& one : all) one.give();
}

TEST_F(BlockPoolTest, TurnedOffItKeepsNothing) {
    BlockPool::set_pooling(false);
    std::vector<Marked> all;
    for (int i = 0; i < 1000; ++i) all.emplace_back(2000, 'a');
    for (const Marked& one : all) one.give();
    EXPECT_EQ(BlockPool::depot_bytes(), 0U);
}

TEST_F(BlockPoolTest, AContainerUsesIt) {
    std::vector<std::uint64_t, BlockAllocator<std::uint64_t>> numbers;
    for (std::uint64_t i = 0; i < 5000; ++i) numbers.push_back(i);
    const auto moved = std::move(numbers);
    for (std::uint64_t i = 0; i < 5000; ++i) ASSERT_EQ(moved[i], i);
    EXPECT_THROW(BlockAllocator<std::uint64_t>().allocate(~std::size_t{0} / 4), std::bad_alloc);
}

}  // namespace
}  // namespace vitrine::core
