#include "mvcc/pins.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "tests/mvcc/fixture.hpp"
#include "tests/support/schedule.hpp"

namespace vitrine::mvcc::test {
namespace {

struct PinsTest : testing::Test {
    Machine machine = open();  // a registry belongs to a store; nothing else of it is used
    std::atomic<int> ends{0};
    PinsOwner owner{new Pins(*machine, [this] { ++ends; })};
    Pins& pins = *owner;
    std::atomic<std::uint64_t> published{1};
};
using PinsScheduleTest = PinsTest;
using PinsConcurrencyTest = PinsTest;

TEST_F(PinsTest, KeepsTheNewestVersionPinnedUntilReleased) {
    PinSlot* pin = pins.open(published);
    EXPECT_EQ(pin->version(), v(1));
    published = 2;
    EXPECT_EQ(pins.live(), std::vector{v(1)});
    Pins::release(*pin);
    EXPECT_TRUE(pins.live().empty());
}

TEST_F(PinsTest, ListsEveryPinnedVersionOnceAscending) {
    std::vector<PinSlot*> open;
    for (const std::uint64_t version : {7, 3, 7, 5, 3}) {
        published = version;
        open.push_back(pins.open(published));
    }
    EXPECT_EQ(pins.live(), (std::vector{v(3), v(5), v(7)}));
    EXPECT_EQ(pins.count(), 5u);
    for (PinSlot* pin : open) Pins::release(*pin);
    EXPECT_EQ(pins.count(), 0u);
}

TEST_F(PinsTest, PinsTheEmptyStoreToo) {
    published = 0;
    PinSlot* pin = pins.open(published);
    EXPECT_EQ(pins.live(), std::vector{v(0)});
    Pins::release(*pin);
}

TEST_F(PinsTest, ASharedPinGoesWithItsLastHolder) {
    PinSlot* pin = pins.open(published);
    Pins::share(*pin);
    Pins::release(*pin);
    EXPECT_EQ(pins.live(), std::vector{v(1)});
    Pins::release(*pin);
    EXPECT_TRUE(pins.live().empty());
}

TEST_F(PinsTest, OneThreadMayOpenMoreThanABlockHolds) {
    std::vector<PinSlot*> open;
    for (std::uint64_t i = 1; i <= 200; ++i) {
        published = i;
        open.push_back(pins.open(published));
    }
    EXPECT_EQ(pins.live().size(), 200u);
    for (PinSlot* pin : open) Pins::release(*pin);
    PinSlot* again = pins.open(published);
    EXPECT_EQ(again, open.front()) << "released slots are used again";
    Pins::release(*again);
}

TEST_F(PinsTest, ShutEndsAtOnceWhenNothingIsPinned) {
    pins.shut();
    EXPECT_EQ(ends, 1);
}

TEST_F(PinsTest, TheLastPinReleasedAfterShutEnds) {
    PinSlot* first = pins.open(published);
    PinSlot* last = pins.open(published);
    Pins::release(*first);
    EXPECT_EQ(ends, 0) << "not shut yet";
    pins.shut();
    EXPECT_EQ(ends, 0);
    Pins::release(*last);
    EXPECT_EQ(ends, 1);
}

TEST_F(PinsScheduleTest, ACommitBetweenReadingAndRegisteringMovesThePinOn) {
    vitrine::test::Schedule schedule;
    PinSlot* pin = nullptr;
    schedule.hold("opener", "pins:read");
    schedule.start("opener", [&] { pin = pins.open(published); });
    schedule.await("opener");
    EXPECT_TRUE(pins.live().empty()) << "not registered: whoever prunes now does not see it";
    published = 2;
    schedule.release("opener");
    schedule.join("opener");
    EXPECT_EQ(pin->version(), v(2));
    Pins::release(*pin);
}

TEST_F(PinsScheduleTest, ACommitRightAfterRegisteringMovesThePinOn) {
    vitrine::test::Schedule schedule;
    PinSlot* pin = nullptr;
    schedule.hold("opener", "pins:registered");
    schedule.start("opener", [&] { pin = pins.open(published); });
    schedule.await("opener");
    EXPECT_EQ(pins.live(), std::vector{v(1)});
    published = 2;
    schedule.release("opener");
    schedule.join("opener");
    EXPECT_EQ(pins.live(), std::vector{v(2)});
    Pins::release(*pin);
}

// P1: the pruner publishes first and looks at the pins after; a version it took away is not in use.
TEST_F(PinsConcurrencyTest, WhatWasPrunedIsNeverUsed) {
    std::atomic<std::uint64_t> pruned{0};  // versions up to here are gone
    std::atomic<bool> stop{false};
    std::atomic<int> broken{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i)
        readers.emplace_back([&] {
            while (!stop) {
                PinSlot* pin = pins.open(published);
                if (pin->version().value() <= pruned.load(std::memory_order_seq_cst)) ++broken;
                Pins::release(*pin);
            }
        });
    for (std::uint64_t next = 2; next < 20'000; ++next) {
        published.store(next, std::memory_order_seq_cst);
        const auto live = pins.live();
        const std::uint64_t oldest = live.empty() ? next : live.front().value();
        if (oldest - 1 > pruned) pruned.store(oldest - 1, std::memory_order_seq_cst);
    }
    stop = true;
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(broken, 0);
}

TEST_F(PinsConcurrencyTest, ConcurrentReleasesEndExactlyOnce) {
    for (int round = 0; round < 300; ++round) {
        std::atomic<int> ended{0};
        PinsOwner mine{new Pins(*machine, [&] { ++ended; })};
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) {
            PinSlot* pin = mine->open(published);
            threads.emplace_back([pin] { Pins::release(*pin); });
        }
        mine->shut();
        for (auto& thread : threads) thread.join();
        ASSERT_EQ(ended, 1) << "round " << round;
    }
}

}  // namespace
}  // namespace vitrine::mvcc::test
