#include "mvcc/epoch.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace vitrine::mvcc {
namespace {

class Item final : public Retired {
  public:
    explicit Item(std::atomic<int>& disposed) : disposed_(disposed) {}
    std::atomic<std::uint64_t> alive{1};

  private:
    void dispose() noexcept override {
        alive = 0;
        ++disposed_;
        delete this;
    }
    std::atomic<int>& disposed_;
};

TEST(EpochTest, DisposesWhatIsRetiredOnceItsReadersHaveLeft) {
    std::atomic<int> disposed{0};
    {
        const Epoch::Guard reading;
        Epoch::retire(*new Item(disposed));
        Epoch::collect();
        EXPECT_EQ(disposed, 0);
    }
    Epoch::collect();
    EXPECT_EQ(disposed, 1);
}

TEST(EpochTest, AGuardInsideAGuardDoesNotEndTheOuterOne) {
    std::atomic<int> disposed{0};
    {
        const Epoch::Guard outer;
        { const Epoch::Guard inner; }
        Epoch::retire(*new Item(disposed));
        Epoch::collect();
        EXPECT_EQ(disposed, 0);
    }
    Epoch::collect();
    EXPECT_EQ(disposed, 1);
}

TEST(EpochTest, AReaderThatCameAfterTheRetirementDoesNotDelayIt) {
    std::atomic<int> disposed{0};
    Epoch::retire(*new Item(disposed));
    EpochSlot* const late = Epoch::take_slot();
    Epoch::collect();  // moves the epoch on
    Epoch::enter(*late);
    Epoch::collect();
    EXPECT_EQ(disposed, 1);
    Epoch::leave(*late);
    Epoch::give_back(late);
}

TEST(EpochTest, AnOldReaderDelaysOnlyWhatWasRetiredInItsTime) {
    std::atomic<int> before{0}, during{0};
    EpochSlot* const slot = Epoch::take_slot();
    Epoch::retire(*new Item(before));
    Epoch::collect();
    Epoch::enter(*slot);
    Epoch::retire(*new Item(during));
    for (int i = 0; i < 3; ++i) Epoch::collect();
    EXPECT_EQ(before, 1);
    EXPECT_EQ(during, 0);
    Epoch::leave(*slot);
    Epoch::collect();
    EXPECT_EQ(during, 1);
    Epoch::give_back(slot);
}

TEST(EpochTest, TellsACallThatIsWaitedForFromAViewAndFromThisThread) {
    const Epoch::Guard own;
    EXPECT_FALSE(Epoch::waits_for_a_call());
    EpochSlot* const call = Epoch::take_slot();
    EpochSlot* const view = Epoch::take_slot(EpochSlot::Use::view);
    call->entered = 1;  // before us
    EXPECT_TRUE(Epoch::waits_for_a_call());
    call->entered = 2;
    view->entered = 1;  // before that
    EXPECT_FALSE(Epoch::waits_for_a_call());
    for (EpochSlot* slot : {call, view}) {
        Epoch::leave(*slot);
        Epoch::give_back(slot);
    }
    EXPECT_FALSE(Epoch::waits_for_a_call());
}

// A thread-local destructor that runs after the thread has given its slot back must not read in a slot
// that is another's by then.
TEST(EpochTest, ThreadsThatReadWhileTheyEndUseNobodyElsesSlot) {
    struct Late {
        std::vector<EpochSlot*>* taken = nullptr;
        ~Late() {
            for (int i = 0; i < 16; ++i) {
                EpochSlot* slot = Epoch::take_slot();
                Epoch::enter(*slot);
                taken->push_back(slot);
            }
            const Epoch::Guard guard;
        }
    };
    std::vector<EpochSlot*> taken;
    std::thread([&] {
        thread_local Late late;  // made before the thread's slot, so destroyed after it
        late.taken = &taken;
        const Epoch::Guard guard;
    }).join();
    ASSERT_EQ(taken.size(), 16u);
    for (EpochSlot* slot : taken) {
        EXPECT_NE(slot->entered.load(), 0u) << "another reader left in our slot";
        Epoch::leave(*slot);
        Epoch::give_back(slot);
    }
}

TEST(EpochTest, ConcurrentReadersNeverReachADisposedItem) {
    std::atomic<int> disposed{0};
    std::atomic<Item*> shared{new Item(disposed)};
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> dead_seen{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i)
        readers.emplace_back([&] {
            while (!stop) {
                const Epoch::Guard guard;
                const Item* item = shared.load(std::memory_order_acquire);
                for (int look = 0; look < 4; ++look)
                    if (item->alive.load(std::memory_order_relaxed) == 0) ++dead_seen;
            }
        });
    constexpr int kItems = 5000;
    for (int i = 0; i < kItems; ++i) {
        Item* old = shared.exchange(new Item(disposed), std::memory_order_acq_rel);
        Epoch::retire(*old);
        Epoch::collect();
    }
    stop = true;
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(dead_seen, 0u);
    Epoch::retire(*shared.load());
    Epoch::collect();
    EXPECT_EQ(disposed, kItems + 1);
}

}  // namespace
}  // namespace vitrine::mvcc
