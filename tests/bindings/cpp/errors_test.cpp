#include <string>
#include <type_traits>
#include <utility>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

template <class E>
constexpr bool kIsError = std::is_base_of_v<Error, E>&& std::is_base_of_v<std::runtime_error, E>;
static_assert(kIsError<ConflictError> && kIsError<NotFoundError> && kIsError<TypeError>);
static_assert(kIsError<SchemaError> && kIsError<CorruptionError> && kIsError<StorageError>);
static_assert(kIsError<SnapshotTooOldError> && kIsError<CancelledError> && kIsError<UsageError>);

using ErrorsTest = AccountsTest;

TEST_F(ErrorsTest, NameTheObject) {
    const Ref<Account> account = make("Ada");
    const std::string id = std::to_string(account.id());
    const Ref<Reading> wrong{AnyRef{account}};
    const std::string of_type =
        refusal<TypeError>([&] { static_cast<void>(store_.snapshot().get(wrong)); });
    EXPECT_TRUE(contains(of_type, id)) << of_type;
    EXPECT_TRUE(contains(of_type, "Account")) << of_type;
    EXPECT_TRUE(contains(of_type, "Reading")) << of_type;
    store_.transact([&](Transaction& tx) { tx.erase(account); });
    const std::string absent =
        refusal<NotFoundError>([&] { static_cast<void>(store_.snapshot().get(account)); });
    EXPECT_TRUE(contains(absent, id)) << absent;
}

TEST_F(ErrorsTest, NameTheKeyEscapedAndCut) {
    store_.transact([](Transaction& tx) { tx.tree<std::string, bool>("flags").put("a", true); });
    const auto tree = store_.snapshot().tree<std::string, bool>("flags");
    const auto said = [&](const std::string& key) {
        return refusal<NotFoundError>([&] { static_cast<void>(tree.at(key)); });
    };
    EXPECT_TRUE(contains(said("no\nsuch\"key"), R"("no\x0asuch\"key")"));
    const std::string cut = said(std::string(1000, 'x'));
    EXPECT_LT(cut.size(), 400U) << cut;
    EXPECT_TRUE(contains(cut, "xxxx")) << cut;
    using Key = std::tuple<std::string, std::int32_t>;
    store_.transact([](Transaction& tx) { tx.tree<Key, bool>("pairs").put(Key{"a", 1}, true); });
    const auto pairs = store_.snapshot().tree<Key, bool>("pairs");
    const std::string pair = refusal<NotFoundError>([&] {
        static_cast<void>(pairs.at(Key{"north", -7}));
    });
    EXPECT_TRUE(contains(pair, "north") && contains(pair, "-7")) << pair;
}

TEST_F(ErrorsTest, NameTheRootAndBothKinds) {
    const std::string absent = refusal<NotFoundError>(
        [&] { static_cast<void>(store_.snapshot().root<Account>("nobody")); });
    EXPECT_TRUE(contains(absent, "\"nobody\"")) << absent;
    fill_numbers(1);
    const std::string kinds = refusal<TypeError>(
        [&] { static_cast<void>(store_.snapshot().tree<std::string, bool>("numbers")); });
    EXPECT_TRUE(contains(kinds, "numbers") && contains(kinds, "i64") && contains(kinds, "string"))
        << kinds;
}

TEST_F(ErrorsTest, NameTheFile) {
    const auto absent = folder_.file("absent");
    const std::string said = refusal<StorageError>(
        [&] { static_cast<void>(Store::open(absent, {.create_if_missing = false})); });
    EXPECT_TRUE(contains(said, absent.string())) << said;
    const std::string held =
        refusal<StorageError>([&] { static_cast<void>(Store::open(folder_.file())); });
    EXPECT_TRUE(contains(held, folder_.file().string())) << held;
}

TEST_F(ErrorsTest, NameTheIntegerThatDoesNotFit) {
    Transaction tx = store_.begin();
    auto tree = tx.tree<std::uint8_t, std::int16_t>("small");
    EXPECT_TRUE(contains(refusal<UsageError>([&] { tree.put(300, 1); }), "300"));
    EXPECT_TRUE(contains(refusal<UsageError>([&] { tree.put(1, 70000); }), "70000"));
    EXPECT_TRUE(contains(refusal<UsageError>([&] { static_cast<void>(tree.find(-1)); }), "-1"));
    EXPECT_TRUE(contains(refusal<UsageError>([&] { static_cast<void>(tree.from(256)); }), "256"));
    EXPECT_TRUE(tree.empty());
}

TEST_F(ErrorsTest, AFailedCommitShowsNothingAndTheStoreGoesOn) {
    const Ref<Account> account = make("Ada", 1);
    fill_numbers(10);
    const Version before = store_.version();
    Transaction loser = store_.begin();
    loser.edit(account).setBalance(2);
    numbers(loser).put(5, 5);
    const auto made = loser.create<Account>();
    loser.set_root("chief", made);
    set_balance(account, 3);
    EXPECT_FALSE(commits(loser));
    EXPECT_EQ(store_.version().value(), before.value() + 1);
    EXPECT_EQ(balance(account), 3);
    EXPECT_FALSE(numbers().contains(5));
    EXPECT_FALSE(store_.snapshot().find(made));
    EXPECT_FALSE(store_.snapshot().find_root<Account>("chief"));
    EXPECT_THROW(static_cast<void>(loser.get(account)), UsageError) << "it is over";
    set_balance(account, 4);
    EXPECT_EQ(balance(account), 4);
    EXPECT_TRUE(store_.verify().ok());
}

}  // namespace
}  // namespace vitrine::test
