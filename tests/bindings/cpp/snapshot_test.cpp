#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

using SnapshotTest = AccountsTest;

static_assert(std::is_copy_constructible_v<Snapshot> && std::is_copy_assignable_v<Snapshot>);
static_assert(sizeof(Ref<Account>) == 8 && sizeof(TreeRef<int, int>) == 8);

TEST_F(SnapshotTest, ShowsTheStoreAsOfOneCommit) {
    const Ref<Account> account = make("Ada", 1);
    const Snapshot first = store_.snapshot();
    const Snapshot copy = first;
    set_balance(account, 2);
    const Ref<Account> later = make("later");
    const Snapshot second = store_.snapshot();
    EXPECT_LT(first.version(), second.version());
    EXPECT_EQ(second.version(), store_.version());
    EXPECT_EQ(copy.get(account)->getBalance(), 1);
    EXPECT_EQ(second.get(account)->getBalance(), 2);
    EXPECT_FALSE(first.find(later));
    EXPECT_THROW(static_cast<void>(first.get(later)), NotFoundError);
}

TEST_F(SnapshotTest, CommitTimesStrictlyIncrease) {
    const Ref<Account> account = make("Ada", 0);
    auto before = store_.snapshot().time();
    for (int i = 1; i < 50; ++i) {
        set_balance(account, i);
        const Snapshot snapshot = store_.snapshot();
        EXPECT_LT(before, snapshot.time());
        EXPECT_EQ(snapshot.time(), Snapshot(snapshot).time());
        before = snapshot.time();
    }
}

TEST_F(SnapshotTest, GivesObjectsThatKnowTheirRefAndTheCommitThatWroteThem) {
    const Ref<Account> account = make("Ada", 1);
    const Version made = store_.version();
    const Ref<Account> other = make("other");
    const Object<Account> object = store_.snapshot().get(account);
    EXPECT_EQ(object.ref(), account);
    EXPECT_EQ(object.version(), made);
    EXPECT_EQ((*object).getOwner(), "Ada");
    EXPECT_NE(object.ref(), other);
    set_balance(account, 2);
    EXPECT_EQ(store_.snapshot().get(account).version(), store_.version());
    EXPECT_EQ(object.version(), made);
}

TEST_F(SnapshotTest, AbsenceIsAValueForFind) {
    const Ref<Account> account = make("Ada");
    const Snapshot snapshot = store_.snapshot();
    EXPECT_TRUE(snapshot.find(account));
    EXPECT_FALSE(snapshot.find(Ref<Account>{}));
    EXPECT_FALSE(snapshot.find_root<Account>("nobody"));
    EXPECT_FALSE((snapshot.find_tree<int, int>("nothing")));
    EXPECT_THROW(static_cast<void>(snapshot.root<Account>("nobody")), NotFoundError);
    EXPECT_THROW((snapshot.tree<int, int>("nothing")), NotFoundError);
}

TEST_F(SnapshotTest, RefusesAnotherTypeAtOnce) {
    const Ref<Account> account = make("Ada");
    store_.transact([&](Transaction& tx) { tx.set_root("chief", account); });
    const Ref<Reading> wrong{AnyRef{account}};
    const Snapshot snapshot = store_.snapshot();
    EXPECT_THROW(static_cast<void>(snapshot.get(wrong)), TypeError);
    EXPECT_THROW(static_cast<void>(snapshot.find(wrong)), TypeError);
    EXPECT_THROW(static_cast<void>(snapshot.root<Reading>("chief")), TypeError);
    EXPECT_THROW(static_cast<void>(snapshot.find_root<Reading>("chief")), TypeError);
    EXPECT_THROW((snapshot.tree<int, int>("chief")), TypeError);
}

TEST_F(SnapshotTest, ListsItsRootsWithTheirTypes) {
    const Ref<Account> account = make("Ada");
    store_.transact([&](Transaction& tx) { tx.set_root("chief", account); });
    fill_numbers(1);
    const auto roots = store_.snapshot().roots();
    ASSERT_EQ(roots.size(), 2U);
    EXPECT_EQ(roots[0].name, "chief");
    EXPECT_EQ(roots[0].ref, AnyRef{account});
    EXPECT_TRUE(contains(roots[0].type, "Account")) << roots[0].type;
    EXPECT_EQ(roots[1].name, "numbers");
    EXPECT_EQ(roots[1].ref, AnyRef{numbers().ref()});
    EXPECT_EQ(roots[1].type, "tree i64 -> i64");
}

TEST_F(SnapshotTest, RefsAreHashableValuesThatOwnNothing) {
    const Ref<Account> one = make("one");
    const Ref<Account> two = make("two");
    std::unordered_map<Ref<Account>, std::string> names{{one, "one"}, {two, "two"}};
    EXPECT_EQ(names.at(one), "one");
    EXPECT_TRUE(one);
    EXPECT_FALSE(Ref<Account>{});
    EXPECT_EQ(Ref<Account>{AnyRef{one}}, one);
}

TEST_F(SnapshotTest, AViewLendsWhatTheSnapshotGives) {
    const Ref<Account> account = make("Ada", 5);
    store_.transact([](Transaction& tx) {
        auto texts = tx.tree<std::string, std::string>("texts");
        for (int i = 0; i < 500; ++i)
            texts.put("key-" + std::to_string(i), std::string(100, 'v') + std::to_string(i));
        tx.tree<std::string, Reading>("readings").put("a", [](Reading::Builder r) {
            r.setStation("north");
        });
    });
    const View view = store_.snapshot().view();
    EXPECT_EQ(view.get(account).getBalance(), 5);
    EXPECT_EQ(view.find(account)->getOwner(), "Ada");
    EXPECT_FALSE(view.find(Ref<Account>{}));
    EXPECT_THROW(static_cast<void>(view.get(Ref<Reading>{AnyRef{account}})), TypeError);
    const auto texts = view.tree<std::string, std::string>("texts");
    const std::string_view found = *texts.find("key-3");
    const std::string_view at = texts.at("key-77");
    const auto first = texts.first();
    const auto ceiling = texts.ceiling("key-4");
    const Reading::Reader reading = view.tree<std::string, Reading>("readings").at("a");
    store_.transact([&](Transaction& tx) {
        tx.tree<std::string, std::string>("texts").clear();
        tx.erase(account);
    });
    store_.flush();
    store_.trim_cache();
    EXPECT_EQ(found, std::string(100, 'v') + "3");
    EXPECT_EQ(at, std::string(100, 'v') + "77");
    EXPECT_EQ(first->key, "key-0");
    EXPECT_EQ(ceiling->key, "key-4");
    EXPECT_EQ(ceiling->value, std::string(100, 'v') + "4");
    EXPECT_EQ(reading.getStation(), "north");
    EXPECT_EQ(texts.size(), 500U);
    EXPECT_EQ(view.tree(texts.ref()).size(), 500U);
    EXPECT_FALSE(texts.contains("key-500"));
    EXPECT_THROW(static_cast<void>(texts.at("key-500")), NotFoundError);
    EXPECT_THROW((view.tree<std::string, bool>("texts")), TypeError);
}

}  // namespace
}  // namespace vitrine::test
