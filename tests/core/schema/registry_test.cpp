#include "core/schema/registry.hpp"

#include <algorithm>
#include <thread>

#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "core/schema/vocabulary.hpp"
#include "tests/core/schema/parsed.hpp"
#include "tests/core/schema/references_test.capnp.h"

namespace vitrine::core::schema {
namespace {

using test::account;
using test::kOthers;
using test::Parsed;

constexpr TypeId kAccount = 0xe28a6ac3b0f0a7c5;
constexpr TypeId kReading = 0xb6c7de41c5dd2f36;
constexpr TypeId kPlace = 0xb6c7de41c5dd2f37;
constexpr TypeId kColour = 0xb6c7de41c5dd2f38;
constexpr TypeId kBox = 0xb6c7de41c5dd2f39;

using Ids = std::vector<TypeId>;

Ids ids(const std::vector<StoredType>& types) {
    Ids found;
    for (const StoredType& type : types) found.push_back(type.id);
    return found;  // in rising order, as pending types come
}

// A store that a program with these fields of Account has written.
std::vector<StoredType> stored_by(const std::string& text) {
    Registry registry({});
    registry.check(Parsed(text)["Account"]);
    return registry.take_pending();
}

std::string refusal(Registry& registry, const std::string& text) {
    try {
        registry.check(Parsed(text)["Account"]);
    } catch (const SchemaError& error) {
        return error.what();
    }
    return {};
}

TEST(RegistryTest, WritesATypeOnceAndKnowsItFromThenOn) {
    const std::string text = account("owner @0 :Text;");
    Registry registry({});
    registry.check(Parsed(text)["Account"]);
    const auto written = registry.take_pending();
    EXPECT_EQ(ids(written), Ids{kAccount});

    Registry reopened(written);
    reopened.check(Parsed(text)["Account"]);
    EXPECT_TRUE(reopened.take_pending().empty());
    EXPECT_EQ(reopened.name_of(kAccount), "Account");
}

TEST(RegistryTest, StoresWhatTheRecordsMayHoldButNotTheTargetsOfRefs) {
    const auto written = stored_by(account("colours @0 :List(List(Colour)); box @1 :Box(Place); "
                                           "other @2 :Vitrine.Ref(Reading);") +
                                   kOthers);
    EXPECT_EQ(ids(written), (Ids{kPlace, kColour, kBox, kRefType, kAccount}));
}

TEST(RegistryTest, ReplacesAGrownTypeAndLeavesTheRest) {
    const std::string place = "struct Place @0xb6c7de41c5dd2f37 { x @0 :Int32; ";
    Registry registry(stored_by(account("at @0 :List(Place);") + place + "}"));
    registry.check(Parsed(account("at @0 :List(Place);") + place + "y @1 :Int32; }")["Account"]);
    EXPECT_EQ(ids(registry.take_pending()), Ids{kPlace});
}

TEST(RegistryTest, RefusesAChangeInANestedStructAndNamesIt) {
    const std::string text = account("at @0 :Box(List(Place));") +
                             "struct Box @0xb6c7de41c5dd2f39 (T) { value @0 :T; }\n";
    Registry registry(stored_by(text + "struct Place @0xb6c7de41c5dd2f37 { x @0 :Int32; }"));
    const auto what = refusal(registry, text + "struct Place @0xb6c7de41c5dd2f37 { x @0 :Int64; }");
    EXPECT_NE(what.find("Place.x"), std::string::npos) << what;
}

TEST(RegistryTest, TakesTypesThatGrewAndTypesThatDidNotInOneProgram) {
    const std::string place = "struct Place @0xb6c7de41c5dd2f37 { x @0 :Int32; ";
    Registry registry(stored_by(account("at @0 :Place;") + place + "y @1 :Int32; }"));
    registry.check(Parsed(account("at @0 :Place; owner @1 :Text;") + place + "}")["Account"]);
    EXPECT_EQ(ids(registry.take_pending()), Ids{kAccount});
    EXPECT_EQ(registry.find(kPlace)->schema.getFields().size(), 2U);
}

TEST(RegistryTest, KeepsTheGrownTypeWhenAnOlderProgramComes) {
    Registry registry(stored_by(account("a @0 :Text; b @1 :Text;")));
    registry.check(Parsed(account("a @0 :Text;"))["Account"]);
    EXPECT_TRUE(registry.take_pending().empty());
    EXPECT_EQ(registry.find(kAccount)->schema.getFields().size(), 2U);
}

TEST(RegistryTest, ReplacesTheGroupsOfAGrownStructWithIt) {
    Registry registry(stored_by(account("g :group { a @0 :Text; }")));
    registry.check(Parsed(account("g :group { a @0 :Text; b @1 :Int8; }"))["Account"]);
    EXPECT_EQ(registry.take_pending().size(), 2U);
    const auto group = registry.find(kAccount)->schema.getFields()[0].getType().asStruct();
    EXPECT_EQ(group.getFields().size(), 2U);
}

TEST(RegistryTest, ComparesASharedStructWithWhatTheFirstTypeBrought) {
    const std::string place = "struct Place @0xb6c7de41c5dd2f37 ";
    const std::string reading = "struct Reading @0xb6c7de41c5dd2f36 { at @0 :Place; }\n";
    Registry registry({});
    registry.check(Parsed(account("at @0 :Place;") + place + "{ x @0 :Int32; }")["Account"]);
    EXPECT_THROW(registry.check(Parsed(reading + place + "{ x @0 :Text; }")["Reading"]),
                 SchemaError);
    registry.check(Parsed(reading + place + "{ x @0 :Int32; }")["Reading"]);
    EXPECT_EQ(ids(registry.take_pending()), (Ids{kReading, kPlace, kAccount}));
}

TEST(RegistryTest, ChangesNothingWhenACheckFails) {
    const std::string place = "struct Place @0xb6c7de41c5dd2f37 ";
    Registry registry(stored_by(account("at @0 :Place;") + place + "{ x @0 :Int32; }"));
    // Account grows, and Place is refused.
    EXPECT_NE(refusal(registry, account("at @0 :Place; b @1 :Text;") + place + "{ x @0 :Text; }"),
              "");
    EXPECT_TRUE(registry.take_pending().empty());
    EXPECT_EQ(registry.find(kAccount)->schema.getFields().size(), 1U);
}

TEST(RegistryTest, HasPendingAgainWhatAFailedBatchTook) {
    Registry registry({});
    registry.check(Parsed(account("a @0 :Text;"))["Account"]);
    const auto taken = registry.take_pending();
    EXPECT_TRUE(registry.take_pending().empty());
    registry.restore_pending(taken);
    EXPECT_EQ(ids(registry.take_pending()), Ids{kAccount});
}

TEST(RegistryTest, RestoresATypeThatGrewMeanwhileInItsGrownForm) {
    Registry registry({});
    registry.check(Parsed(account("a @0 :Text;"))["Account"]);
    const auto taken = registry.take_pending();
    EXPECT_TRUE(registry.take_pending().empty());
    registry.check(Parsed(account("a @0 :Text; b @1 :Text;"))["Account"]);
    registry.restore_pending(taken);
    const auto again = registry.take_pending();
    ASSERT_EQ(ids(again), Ids{kAccount});
    // The form it has grown to, not the one that failed.
    EXPECT_EQ(node_of(again[0].node).getStruct().getFields().size(), 2U);
}

TEST(RegistryTest, CarriesANewerNameOverTwoReleases) {
    Registry registry(stored_by(account("a @0 :Text;")));
    EXPECT_EQ(refusal(registry, account("b @0 :Text $Vitrine.was(\"a\");")), "");
    EXPECT_EQ(refusal(registry, account("c @0 :Text $Vitrine.was(\"b\");")), "");
    EXPECT_NE(refusal(registry, account("a @0 :Text;")), "");
}

TEST(RegistryTest, RefusesCapabilitiesAndNamesTheField) {
    Registry registry({});
    for (const char* field : {"door @0 :Door;", "door @0 :List(Door);", "door @0 :Capability;",
                              "door @0 :Box(Door);", "g :group { door @0 :Door; }"}) {
        const auto what = refusal(registry, account(field) + kOthers);
        EXPECT_NE(what.find("door"), std::string::npos) << field << " gave: " << what;
    }
    EXPECT_TRUE(registry.take_pending().empty());
}

TEST(RegistryTest, RefusesARefToWhatIsNoStruct) {
    Registry registry({});
    EXPECT_NE(refusal(registry, account("a @0 :Vitrine.Ref(Text);")).find("Account.a"),
              std::string::npos);
}

TEST(RegistryTest, NamesTheTargetsOfARefThatAreStored) {
    Registry registry(
        stored_by(account("p @0 :Place; r @1 :Reading; a @2 :Vitrine.Ref(Place);") + kOthers));
    const auto what = refusal(
        registry, account("p @0 :Place; r @1 :Reading; a @2 :Vitrine.Ref(Reading);") + kOthers);
    EXPECT_NE(what.find("Account.a: its type is Ref(Place) in the store, but Ref(Reading) in this"),
              std::string::npos)
        << what;
}

TEST(RegistryTest, EndsForAGenericThatHoldsItselfWithLongerArguments) {
    Registry registry({});
    registry.check(Parsed(account("a @0 :Chain(Text);") +
                          "struct Chain @0xb6c7de41c5dd2f60 (T) { next @0 :Chain(Box(T)); "
                          "own @1 :Vitrine.Ref(T); }\n" +
                          kOthers)["Account"]);
    EXPECT_EQ(ids(registry.take_pending()), (Ids{kBox, 0xb6c7de41c5dd2f60, kRefType, kAccount}));
}

TEST(RegistryTest, StoresTheSameBytesWhereverTheFileLay) {
    const std::string text = account("a @0 :Text; g :group { b @1 :Int8; }");
    Registry here({});
    here.check(Parsed("bank.capnp", text)["Account"]);
    Registry there({});
    there.check(Parsed("far/away/bank.capnp", text)["Account"]);
    const auto left = here.take_pending();
    const auto right = there.take_pending();
    ASSERT_EQ(ids(left), ids(right));
    for (std::size_t i = 0; i < left.size(); ++i) EXPECT_EQ(left[i].node, right[i].node);
    const auto node = node_of(right.back().node);
    EXPECT_EQ(view_of(node.getDisplayName()), "bank.capnp:Account");
    EXPECT_EQ(node.getDisplayNamePrefixLength(), 11U);
}

TEST(RegistryTest, ChecksACompiledTypeAsItDoesAParsedOne) {
    Registry registry({});
    registry.check(capnp::Schema::from<test_schema::Person>());
    const auto written = registry.take_pending();
    const Ids found = ids(written);
    // Person, its group, Visit, Box and what it is bound to, Ref and TreeRef.
    EXPECT_EQ(found.size(), 7U);
    for (const TypeId id :
         {capnp::typeId<test_schema::Person>(), capnp::typeId<test_schema::Place>(),
          capnp::typeId<test_schema::Visit>(), kRefType, kTreeRefType})
        EXPECT_TRUE(std::count(found.begin(), found.end(), id)) << hex_id(id);

    Registry reopened(written);
    reopened.check(capnp::Schema::from<test_schema::Person>());
    EXPECT_TRUE(reopened.take_pending().empty());
}

TEST(RegistryTest, ReadsRecordsByTheStoredSchema) {
    capnp::MallocMessageBuilder message;
    message.initRoot<test_schema::Visit>().setDay(12);
    Registry registry({});
    registry.check(capnp::Schema::from<test_schema::Visit>());
    const Registry stored(registry.take_pending());
    const auto found = stored.find(capnp::typeId<test_schema::Visit>());
    ASSERT_TRUE(found.has_value());
    auto record = message.getRoot<capnp::DynamicStruct>(found->schema);
    EXPECT_EQ(record.get("day").as<std::int64_t>(), 12);
}

TEST(RegistryTest, KeepsASchemaInUseAliveThroughGrowth) {
    Registry registry(stored_by(account("a @0 :Text;")));
    const auto before = registry.find(kAccount).value();
    registry.check(Parsed(account("a @0 :Text; b @1 :Text;"))["Account"]);
    EXPECT_EQ(registry.find(kAccount)->schema.getFields().size(), 2U);
    EXPECT_EQ(before.schema.getFields().size(), 1U);
}

TEST(RegistryTest, CallsUnknownTypesByTheirId) {
    const Registry registry(stored_by(account("c @0 :Colour;") + kOthers));
    EXPECT_EQ(registry.name_of(0x12), "0x0000000000000012");
    EXPECT_FALSE(registry.find(0x12).has_value());
    EXPECT_EQ(registry.name_of(kColour), "Colour");
    EXPECT_FALSE(registry.find(kColour).has_value());  // no struct
}

TEST(RegistryTest, CallsDamagedNodesDamaged) {
    const auto written = stored_by(account("a @0 :Text; b @1 :List(Int32) = [1, 2];"));
    ASSERT_EQ(written.size(), 1U);
    StoredType cut = written[0];
    cut.node.resize(cut.node.size() / 2);
    EXPECT_THROW(Registry({cut}), CorruptionError);
    EXPECT_THROW(Registry({StoredType{kAccount, {}}}), CorruptionError);
    EXPECT_THROW(Registry({StoredType{kPlace, written[0].node}}), CorruptionError);
}

// Whatever one bit does, the registry opens or says CorruptionError; sanitizers watch the rest.
TEST(RegistryTest, SurvivesEveryFlippedBitOfANode) {
    const std::string text = account("a @0 :Text; b @1 :List(Int32) = [1, 2];");
    const auto written = stored_by(text);
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < written[0].node.size() * 64; ++bit) {
        auto damaged = written;
        damaged[0].node[bit / 64] ^= Word{1} << (bit % 64);
        try {
            Registry registry(damaged);
            static_cast<void>(refusal(registry, text));
        } catch (const CorruptionError&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, written[0].node.size());
}

TEST(RegistryTest, LetsThreadsCheckTheSameTypesAtOnce) {
    Registry registry({});
    const Parsed older(account("a @0 :Text;"));
    const Parsed newer(account("a @0 :Text; b @1 :Text;"));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            for (int round = 0; round < 50; ++round) {
                registry.check((i % 2 == 0 ? older : newer)["Account"]);
                EXPECT_EQ(registry.name_of(kAccount), "Account");
                EXPECT_GE(registry.find(kAccount)->schema.getFields().size(), 1U);
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(registry.find(kAccount)->schema.getFields().size(), 2U);
    EXPECT_EQ(ids(registry.take_pending()), Ids{kAccount});
}

}  // namespace
}  // namespace vitrine::core::schema
