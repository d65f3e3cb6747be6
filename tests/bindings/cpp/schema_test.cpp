#include <map>
#include <memory>
#include <string>
#include <utility>

#include "tests/bindings/cpp/accounts.hpp"
#include "tests/bindings/cpp/releases.capnp.h"
#include "tests/core/schema/parsed.hpp"

namespace vitrine::test {
namespace {

using releases::First;
using releases::Second;

constexpr std::uint64_t kAccountId = 0xe28a6ac3b0f0a7c5;
const std::string kFirst = "owner @0 :Text; balance @1 :Int64;";
const std::string kSecond = kFirst + " note @2 :Text; limit @3 :Int32 = 7;";

/// What the program's structs look like to a store: set by each test.
std::string first_fields = kFirst;
std::string second_fields = kSecond;

capnp::StructSchema schema_of(const std::string& fields) {
    static std::map<std::string, std::unique_ptr<core::schema::test::Parsed>> parsed;
    auto& text = parsed[fields];
    if (!text)
        text = std::make_unique<core::schema::test::Parsed>(core::schema::test::account(fields) +
                                                            core::schema::test::kOthers);
    return (*text)["Account"];
}

}  // namespace
}  // namespace vitrine::test

namespace vitrine::detail {

template <>
inline constinit const StructType kStructType<releases::First>{
    test::kAccountId, [] { return test::schema_of(test::first_fields); }};
template <>
inline constinit const StructType kStructType<releases::Second>{
    test::kAccountId, [] { return test::schema_of(test::second_fields); }};

}  // namespace vitrine::detail

namespace vitrine::test {
namespace {

/// A store in which the first release made an account.
class SchemaTest : public AccountsTest {
  protected:
    ~SchemaTest() override {
        first_fields = kFirst;
        second_fields = kSecond;
    }
    AnyRef make_first() {
        return store_.transact([](Transaction& tx) {
            return AnyRef{tx.create<First>([](First::Builder account) {
                account.setOwner("Ada");
                account.setBalance(5);
            })};
        });
    }
    /// As a program of another release finds it.
    void reopen() {
        store_.close();
        store_ = Store::open(folder_.file(), options());
    }
    /// What the store says to a second release with these fields.
    std::string refused(const std::string& fields) {
        second_fields = fields;
        const Ref<Second> account{AnyRef{account_}};
        return refusal<SchemaError>([&] { static_cast<void>(store_.snapshot().get(account)); });
    }

    AnyRef account_ = make_first();
};

TEST_F(SchemaTest, AGrownStructReadsWhatIsStoredAndFindsDefaultsInNewFields) {
    const Ref<Second> account{account_};
    const auto object = store_.snapshot().get(account);
    EXPECT_EQ(object->getOwner(), "Ada");
    EXPECT_EQ(object->getBalance(), 5);
    EXPECT_FALSE(object->hasNote());
    EXPECT_EQ(object->getLimit(), 7);
}

TEST_F(SchemaTest, AGrownStructIsEditedWithItsNewFields) {
    const Ref<Second> account{account_};
    store_.transact([&](Transaction& tx) {
        auto grown = tx.edit(account);
        grown.setNote("gold");
        grown.setLimit(8);
    });
    reopen();
    const auto object = store_.snapshot().get(account);
    EXPECT_EQ(object->getOwner(), "Ada");
    EXPECT_EQ(object->getNote(), "gold");
    EXPECT_EQ(object->getLimit(), 8);
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(SchemaTest, AnOldReleaseKeepsTheFieldsThatItDoesNotKnowThroughItsEdits) {
    const Ref<Second> grown{account_};
    const Ref<First> old{account_};
    store_.transact([&](Transaction& tx) {
        tx.edit(grown).setNote("gold");
        tx.edit(grown).setLimit(8);
    });
    reopen();
    EXPECT_EQ(store_.snapshot().get(old)->getBalance(), 5);
    store_.transact([&](Transaction& tx) {
        tx.edit(old).setBalance(6);
        tx.edit(old).setOwner("Ada Lovelace");
    });
    reopen();
    const auto object = store_.snapshot().get(grown);
    EXPECT_EQ(object->getOwner(), "Ada Lovelace");
    EXPECT_EQ(object->getBalance(), 6);
    EXPECT_EQ(object->getNote(), "gold");
    EXPECT_EQ(object->getLimit(), 8);
}

TEST_F(SchemaTest, AnotherTypeIsRefusedWithTheNameOfTheField) {
    EXPECT_TRUE(contains(refused("owner @0 :Text; balance @1 :Int32;"), "balance"));
    EXPECT_TRUE(contains(refused("owner @0 :Data; balance @1 :Int64;"), "owner"));
}

TEST_F(SchemaTest, AnotherDefaultIsRefusedWithTheNameOfTheField) {
    EXPECT_TRUE(contains(refused("owner @0 :Text; balance @1 :Int64 = 3;"), "balance"));
}

TEST_F(SchemaTest, AnotherPositionIsRefusedWithTheNameOfTheField) {
    const std::string said = refused("balance @0 :Int64; owner @1 :Text;");
    EXPECT_TRUE(contains(said, "owner") || contains(said, "balance")) << said;
}

TEST_F(SchemaTest, AnotherNameIsRefusedUnlessWasSaysSo) {
    EXPECT_TRUE(contains(refused("holder @0 :Text; balance @1 :Int64;"), "owner"));
    second_fields = "holder @0 :Text $Vitrine.was(\"owner\"); balance @1 :Int64;";
    EXPECT_EQ(store_.snapshot().get(Ref<Second>{account_})->getOwner(), "Ada");
}

TEST_F(SchemaTest, AnotherTargetOfARefIsRefusedWithTheNameOfTheField) {
    store_.close();
    store_ = Store::open(folder_.file("other"), options());
    first_fields = kFirst + " next @2 :Vitrine.Ref(Reading);";
    account_ = make_first();
    EXPECT_TRUE(contains(refused(kFirst + " next @2 :Vitrine.Ref(Place);"), "next"));
    second_fields = first_fields;
    EXPECT_EQ(store_.snapshot().get(Ref<Second>{account_})->getBalance(), 5);
}

TEST_F(SchemaTest, ARefusalAppliesToEveryWayInAndLeavesTheStoreAsItWas) {
    refused("owner @0 :Text; balance @1 :Int32;");
    const Ref<Second> account{account_};
    Transaction tx = store_.begin();
    EXPECT_THROW(tx.edit(account), SchemaError);
    EXPECT_THROW(tx.create<Second>(), SchemaError);
    EXPECT_THROW(static_cast<void>(store_.snapshot().view().get(account)), SchemaError);
    tx.commit();
    EXPECT_EQ(store_.snapshot().get(Ref<First>{account_})->getBalance(), 5);
    EXPECT_TRUE(store_.verify().ok());
}

}  // namespace
}  // namespace vitrine::test
