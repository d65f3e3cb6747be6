#include <atomic>
#include <thread>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

class GarbageTest : public AccountsTest {
  protected:
    Ref<Account> make_before(Ref<Account> next) {
        return store_.transact([&](Transaction& tx) {
            return tx.create<Account>([&](Account::Builder b) { next.store(b.initNext()); });
        });
    }
    void name(std::string_view root, AnyRef ref) {
        store_.transact([&](Transaction& tx) { tx.set_root(root, ref); });
    }
    bool there(Ref<Account> account) { return bool(store_.snapshot().find(account)); }
};

TEST_F(GarbageTest, ErasesWhatNoRootLeadsTo) {
    const Ref<Account> last = make("last");
    const Ref<Account> first = make_before(last);
    const Ref<Account> lost = make("lost");
    name("first", first);
    const TreeRef<std::string, Ref<Account>> tree = store_.transact([&](Transaction& tx) {
        const auto made = tx.create_tree<std::string, Ref<Account>>();
        tx.tree(made).put("lost", lost);
        return made;
    });
    const GcReport report = store_.collect_garbage();
    EXPECT_EQ(report.objects_erased, 1U);
    EXPECT_EQ(report.trees_erased, 1U);
    EXPECT_EQ(report.objects_reachable, 2U);
    EXPECT_TRUE(there(first));
    EXPECT_TRUE(there(last));
    EXPECT_FALSE(there(lost));
    refusal<NotFoundError>([&] { static_cast<void>(store_.snapshot().tree(tree)); });
    EXPECT_EQ(store_.collect_garbage().objects_erased, 0U);
    expect_sound(store_);
}

TEST_F(GarbageTest, SparesWhatIsUsedWhileItRuns) {
    const Ref<Account> read = make_before(make("behind it"));
    const Ref<Account> linked = make("linked");
    const Ref<Account> lost = make("lost");
    name("root", make("root"));
    Transaction reading = store_.begin();
    Ref<Account> fresh;
    bool first = true;
    const GcReport report = store_.collect_garbage([&](std::uint64_t, std::uint64_t) {
        if (!first) return true;
        first = false;
        EXPECT_EQ(reading.get(read).getBalance(), 10);
        store_.transact([&](Transaction& tx) { tx.set_root("linked", linked); });
        fresh = make("fresh");
        refusal<UsageError>([&] { static_cast<void>(store_.collect_garbage()); });
        return true;
    });
    EXPECT_EQ(report.objects_erased, 1U);
    EXPECT_FALSE(there(lost));
    EXPECT_TRUE(there(fresh));
    reading.set_root("read", read);
    reading.commit();
    EXPECT_TRUE(there(linked));
    expect_sound(store_);
    EXPECT_TRUE(store_.verify().dangling_references.empty());
}

TEST_F(GarbageTest, WhatATransactionFindsInTheMiddleItMayKeepWithAllThatItRefersTo) {
    for (int when = 0; when < 40; ++when) {
        const Ref<Account> end = make("end");
        const Ref<Account> top = make_before(make_before(end));
        for (int i = 0; i < 10; ++i) make("lost");
        int calls = 0;
        bool found = false;
        static_cast<void>(store_.collect_garbage([&](std::uint64_t, std::uint64_t) {
            if (calls++ != when) return true;
            store_.transact([&](Transaction& tx) {
                found = bool(tx.find(top));
                if (found) tx.set_root("saved", top);
            });
            return true;
        }));
        EXPECT_EQ(there(top), found) << when;
        EXPECT_EQ(there(end), found) << when;
    }
}

TEST_F(GarbageTest, CancelledItMayBeginAnew) {
    make("lost");
    refusal<CancelledError>([&] {
        static_cast<void>(
            store_.collect_garbage([](std::uint64_t, std::uint64_t) { return false; }));
    });
    EXPECT_EQ(store_.collect_garbage().objects_erased, 1U);
}

TEST_F(GarbageTest, AClosedOrReadOnlyStoreRefuses) {
    make("lost");
    store_.close();
    refusal<UsageError>([&] { static_cast<void>(store_.collect_garbage()); });
    StoreOptions read_only = options();
    read_only.read_only = true;
    store_ = Store::open(folder_.file(), read_only);
    refusal<UsageError>([&] { static_cast<void>(store_.collect_garbage()); });
}

TEST_F(GarbageTest, ClosedMeanwhileItEndsWithAnErrorAndTheFileIsSound) {
    for (int i = 0; i < 3000; ++i) make("lost");
    const Ref<Account> kept = make("kept");
    name("kept", kept);
    int calls = 0;
    refusal<UsageError>([&] {
        static_cast<void>(store_.collect_garbage([&](std::uint64_t, std::uint64_t) {
            if (++calls == 2) store_.close();
            return true;
        }));
    });
    store_ = Store::open(folder_.file(), options());
    EXPECT_TRUE(there(kept));
    expect_sound(store_);
    static_cast<void>(store_.collect_garbage());
    EXPECT_EQ(store_.verify().objects, 1U);
}

TEST_F(GarbageTest, WhatIsErasedStaysInThePastThatIsKept) {
    store_.close();
    StoreOptions keeping = options();
    keeping.retention = Retention::forever();
    store_ = Store::open(folder_.file(), keeping);
    const Ref<Account> lost = make("lost");
    const Version before = store_.version();
    EXPECT_EQ(store_.collect_garbage().objects_erased, 1U);
    EXPECT_FALSE(there(lost));
    EXPECT_EQ(store_.snapshot_at(before).get(lost)->getOwner(), "lost");
    expect_sound(store_);
}

TEST_F(GarbageTest, DeepListsAreFollowedToTheirEnds) {
    Ref<Account> at = make("end");
    const Ref<Account> end = at;
    for (int i = 0; i < 3000; ++i) at = make_before(at);
    name("list", at);
    EXPECT_EQ(store_.collect_garbage().objects_erased, 0U);
    EXPECT_TRUE(there(end));
}

}  // namespace
}  // namespace vitrine::test
