#include "core/schema/references.hpp"

#include <map>

#include <capnp/message.h>
#include <gtest/gtest.h>

#include "core/schema/registry.hpp"
#include "tests/core/schema/references_test.capnp.h"

namespace vitrine::core::schema {
namespace {

using test_schema::Person;

constexpr TypeId kPerson = 0xd28a6ac3b0f0a7d1;
constexpr TypeId kPlace = 0xd28a6ac3b0f0a7d2;

struct Found {
    std::uint64_t target;
    TypeId expected;
    bool is_tree;
    friend bool operator==(const Found&, const Found&) = default;
};
using FoundAt = std::map<std::string, Found>;

// Through a registry's stored schema, as verification does it: not the compiled one.
FoundAt references(Person::Reader person) {
    Registry registry({});
    registry.check(capnp::Schema::from<Person>());
    const Registry stored(registry.take_pending());
    const StoredSchema schema = stored.find(kPerson).value();

    std::vector<Word> payload(person.totalSize().wordCount + 1);
    capnp::copyToUnchecked(
        person, kj::arrayPtr(reinterpret_cast<capnp::word*>(payload.data()), payload.size()));
    FoundAt found;
    visit_references(
        schema.schema, payload,
        [&](ObjectId target, TypeId expected, bool is_tree, const std::string& path) {
            const bool fresh = found.emplace(path, Found{target.value, expected, is_tree}).second;
            EXPECT_TRUE(fresh) << path << " was reported twice";
        });
    return found;
}

TEST(ReferencesTest, ReportsAFieldWithTheTypeItRefersTo) {
    capnp::MallocMessageBuilder message;
    auto person = message.initRoot<Person>();
    person.initParent().setId(7);
    EXPECT_EQ(references(person), (FoundAt{{"parent", {7, kPerson, false}}}));
}

TEST(ReferencesTest, LeavesOutWhatRefersToNothing) {
    capnp::MallocMessageBuilder message;
    auto person = message.initRoot<Person>();
    person.setName("Ada");
    person.initParent();  // there, but null
    person.initFriends(2)[1].setId(3);
    EXPECT_EQ(references(person), (FoundAt{{"friends[1]", {3, kPerson, false}}}));
}

TEST(ReferencesTest, ReadsAllEightBytesOfAnId) {
    capnp::MallocMessageBuilder message;
    auto person = message.initRoot<Person>();
    person.initParent().setId(0x0123456789abcdef);
    EXPECT_EQ(references(person).at("parent").target, 0x0123456789abcdefU);
}

TEST(ReferencesTest, LooksIntoGroupsListsAndListsOfLists) {
    capnp::MallocMessageBuilder message;
    auto person = message.initRoot<Person>();
    person.getHome().initPlace().setId(1);
    auto visits = person.initVisits(4);
    visits[0].setDay(5);
    visits[3].initTarget().setId(2);
    person.initRows(2).init(1, 1)[0].initTarget().setId(3);
    EXPECT_EQ(references(person), (FoundAt{{"home.place", {1, kPlace, false}},
                                           {"visits[3].target", {2, kPlace, false}},
                                           {"rows[1][0].target", {3, kPlace, false}}}));
}

TEST(ReferencesTest, SeesOnlyTheActiveMemberOfAUnion) {
    capnp::MallocMessageBuilder message;
    auto person = message.initRoot<Person>();
    person.initRents().setId(8);
    EXPECT_EQ(references(person), (FoundAt{{"rents", {8, kPlace, false}}}));
    person.initOwns().setId(9);
    EXPECT_EQ(references(person), (FoundAt{{"owns", {9, 0, true}}}));
    person.setIdle();
    EXPECT_EQ(references(person), FoundAt{});
}

TEST(ReferencesTest, KnowsTheTargetThatAGenericIsBoundTo) {
    capnp::MallocMessageBuilder message;
    auto person = message.initRoot<Person>();
    person.initKeeps().initHeld().setId(4);
    EXPECT_EQ(references(person), (FoundAt{{"keeps.held", {4, kPlace, false}}}));
}

TEST(ReferencesTest, ReportsAnUntypedRefWithoutAnExpectedType) {
    capnp::MallocMessageBuilder message;
    message.initRoot<Person>().initAnything().setId(6);
    EXPECT_EQ(references(message.getRoot<Person>()), (FoundAt{{"anything", {6, 0, false}}}));
}

}  // namespace
}  // namespace vitrine::core::schema
