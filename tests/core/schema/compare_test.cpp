#include "core/schema/compare.hpp"

#include <capnp/message.h>
#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "core/schema/closure.hpp"
#include "tests/core/schema/parsed.hpp"

namespace vitrine::core::schema {
namespace {

using test::account;
using test::kOthers;
using test::Parsed;

constexpr TypeId kAccount = 0xe28a6ac3b0f0a7c5;

Fit fit_text(const std::string& stored, const std::string& program, TypeId id = kAccount) {
    const Parsed old_text(stored);
    const Parsed new_text(program);
    const Closure old_types = closure_of(old_text["Account"]);
    const Closure new_types = closure_of(new_text["Account"]);
    const auto find_in = [](const Closure& types) {
        return [&types](TypeId wanted) -> std::optional<Node> {
            const auto found = types.find(wanted);
            if (found == types.end()) return std::nullopt;
            return found->second;
        };
    };
    const auto in_store = find_in(old_types);
    const auto in_program = find_in(new_types);
    return compare(Side{old_types.at(id), in_store}, Side{new_types.at(id), in_program});
}

Fit fit(const std::string& stored, const std::string& program) {
    return fit_text(account(stored) + kOthers, account(program) + kOthers);
}

Fit fit_enum(const std::string& stored, const std::string& program) {
    const auto text = [](const std::string& enumerants) {
        return account("colour @0 :Colour;") + "enum Colour @0xb6c7de41c5dd2f38 { " + enumerants +
               " }";
    };
    return fit_text(text(stored), text(program), 0xb6c7de41c5dd2f38);
}

// A refusal has to name the field, and both sides where it says what differs.
void expect_refused(const std::string& stored, const std::string& program,
                    std::initializer_list<const char*> words, decltype(&fit) by = &fit) {
    try {
        by(stored, program);
        ADD_FAILURE() << "accepted: " << stored << " -> " << program;
    } catch (const SchemaError& refusal) {
        for (const char* word : words)
            EXPECT_NE(std::string(refusal.what()).find(word), std::string::npos)
                << refusal.what() << "\nlacks " << word;
    }
}

TEST(CompareTest, FindsTheSameSchemaEqual) {
    const std::string fields = "owner @0 :Text; balance @1 :Int64 = 5; at @2 :Place;";
    EXPECT_EQ(fit(fields, fields), Fit::equal);
}

TEST(CompareTest, FindsAnAddedFieldGrownAndARemovedLastOneAnOlderPrefix) {
    EXPECT_EQ(fit("a @0 :Text;", "a @0 :Text; b @1 :Int64;"), Fit::grown);
    EXPECT_EQ(fit("a @0 :Text; b @1 :Int64;", "a @0 :Text;"), Fit::older_prefix);
    EXPECT_EQ(fit("", "a @0 :Text;"), Fit::grown);
}

TEST(CompareTest, IgnoresTheOrderOfTheText) {
    EXPECT_EQ(fit("a @0 :Text; b @1 :Int64;", "b @1 :Int64; a @0 :Text;"), Fit::equal);
}

TEST(CompareTest, IgnoresAMoveToAnotherScopeAndAnotherNameOfTheStruct) {
    EXPECT_EQ(fit_text(account("at @0 :Place;") + kOthers,
                       account("at @0 :Outer.Spot;") +
                           "struct Outer { struct Spot @0xb6c7de41c5dd2f37 { x @0 :Int32; } }"),
              Fit::equal);
}

TEST(CompareTest, RefusesAnotherType) {
    expect_refused("a @0 :UInt32;", "a @0 :Int64;", {"Account.a", "UInt32", "Int64"});
    expect_refused("a @0 :UInt32;", "a @0 :Int32;", {"Account.a", "UInt32", "Int32"});
    expect_refused("a @0 :Text;", "a @0 :Data;", {"Account.a", "Text", "Data"});
    expect_refused("a @0 :Place;", "a @0 :Colour;", {"Account.a", "Place", "Colour"});
    expect_refused("a @0 :Place;", "a @0 :Reading;", {"Account.a", "Place", "Reading"});
}

TEST(CompareTest, RefusesTheUpgradesOfCapnpThatReadOldRecordsAsSomethingElse) {
    expect_refused("a @0 :List(Int32);", "a @0 :List(Place);", {"Account.a", "List(Int32)"});
    expect_refused("a @0 :Text;", "a @0 :AnyPointer;", {"Account.a", "Text", "AnyPointer"});
    expect_refused("a @0 :AnyPointer;", "a @0 :AnyStruct;", {"Account.a"});
    expect_refused("a @0 :Text;", "g :group { a @0 :Text; }", {"Account.a", "field", "group"});
}

TEST(CompareTest, LooksIntoLists) {
    EXPECT_EQ(fit("a @0 :List(List(Place));", "a @0 :List(List(Place));"), Fit::equal);
    expect_refused("a @0 :List(Int32);", "a @0 :List(Int64);",
                   {"Account.a", "List(Int32)", "List(Int64)"});
    expect_refused("a @0 :List(List(Place));", "a @0 :List(List(Reading));",
                   {"Account.a", "List(List(Place))", "List(List(Reading))"});
}

TEST(CompareTest, NamesTheIdsOfTwoStructsOfOneName) {
    const auto text = [](const char* id) {
        return account("at @0 :Place;") + "struct Place @" + id + " { x @0 :Int32; }";
    };
    try {
        fit_text(text("0xb6c7de41c5dd2f40"), text("0xb6c7de41c5dd2f41"));
        FAIL() << "accepted another struct";
    } catch (const SchemaError& refusal) {
        const std::string what = refusal.what();
        EXPECT_NE(what.find("0xb6c7de41c5dd2f40"), std::string::npos) << what;
        EXPECT_NE(what.find("0xb6c7de41c5dd2f41"), std::string::npos) << what;
    }
}

TEST(CompareTest, RefusesAnotherDefault) {
    expect_refused("a @0 :Int64;", "a @0 :Int64 = 1;", {"Account.a", "default"});
    expect_refused("a @0 :Float64 = 1;", "a @0 :Float64 = 2;", {"Account.a", "default"});
    expect_refused("a @0 :Text = \"x\";", "a @0 :Text = \"y\";", {"Account.a", "default"});
    expect_refused("a @0 :Colour;", "a @0 :Colour = green;", {"Account.a", "default"});
    expect_refused("a @0 :List(Int32) = [1];", "a @0 :List(Int32) = [2];",
                   {"Account.a", "default"});
    expect_refused("a @0 :Place = (x = 1);", "a @0 :Place = (x = 2);", {"Account.a", "default"});
}

TEST(CompareTest, TakesADefaultThatIsTheSameValue) {
    EXPECT_EQ(fit("a @0 :Int64;", "a @0 :Int64 = 0;"), Fit::equal);
    EXPECT_EQ(fit("a @0 :Float64 = nan;", "a @0 :Float64 = nan;"), Fit::equal);
    EXPECT_EQ(fit("a @0 :Place = (x = 1);", "a @0 :Place = (x = 1);"), Fit::equal);
}

// The compiler lays equal fields out equally: only an edited node differs in nothing but a place.
TEST(CompareTest, RefusesAnotherOffset) {
    const Parsed text(account("a @0 :Int64; union { b @1 :Int64; c @2 :Int64; }"));
    const Node node = text["Account"].getProto();
    const auto nothing = [](TypeId) -> std::optional<Node> { return std::nullopt; };
    const auto refusal = [&](auto change) -> std::string {
        capnp::MallocMessageBuilder message;
        message.setRoot(node);
        change(message.getRoot<capnp::schema::Node>().getStruct());
        const Node edited = message.getRoot<capnp::schema::Node>().asReader();
        try {
            compare(Side{node, nothing}, Side{edited, nothing});
        } catch (const SchemaError& error) {
            return error.what();
        }
        return "accepted";
    };
    const auto offset = refusal([](auto type) { type.getFields()[0].getSlot().setOffset(3); });
    EXPECT_NE(offset.find("Account.a: its offset is 0"), std::string::npos) << offset;
    const auto member = refusal([](auto type) { type.getFields()[1].setDiscriminantValue(1); });
    EXPECT_NE(member.find("Account.b: it is member 0"), std::string::npos) << member;
    const auto tag = refusal([](auto type) { type.setDiscriminantOffset(40); });
    EXPECT_NE(tag.find("tag is at offset"), std::string::npos) << tag;
    EXPECT_EQ(refusal([](auto) {}), "accepted");
}

TEST(CompareTest, RefusesAFieldThatJoinedAUnion) {
    expect_refused("union { a @0 :Int64; b @1 :Int64; } c @2 :Int64;",
                   "union { a @0 :Int64; b @1 :Int64; c @2 :Int64; }",
                   {"Account.c", "outside of a union", "member 2"});
}

TEST(CompareTest, RefusesAFieldThatMovedIntoAUnion) {
    expect_refused("a @0 :Text;", "union { a @0 :Text; b @1 :Int64; }", {"Account.a", "union"});
}

TEST(CompareTest, RefusesAnotherName) {
    expect_refused("a @0 :Text; b @1 :Text;", "a @0 :Text; c @1 :Text;",
                   {"Account.b", "\"b\"", "\"c\""});
}

TEST(CompareTest, RefusesASwappedMeaning) {
    expect_refused("a @0 :Text; b @1 :Text;", "a @0 :Text; c @1 :Text; b @2 :Text;",
                   {"Account.b", "\"c\""});
}

TEST(CompareTest, TakesANewerNameThatTheProgramExplains) {
    // Grown: the store learns the newer name, so that the release after may forget the oldest.
    EXPECT_EQ(fit("a @0 :Text;", "holder @0 :Text $Vitrine.was(\"a\");"), Fit::grown);
    EXPECT_EQ(fit("a @0 :Text;", "c @0 :Text $Vitrine.was(\"b\") $Vitrine.was(\"a\");"),
              Fit::grown);
    expect_refused("a @0 :Text;", "c @0 :Text $Vitrine.was(\"b\");", {"Account.a", "\"c\""});
}

TEST(CompareTest, TakesAnOlderNameThatTheStoreExplains) {
    EXPECT_EQ(fit("holder @0 :Text $Vitrine.was(\"a\");", "a @0 :Text;"), Fit::equal);
    EXPECT_EQ(fit("holder @0 :Text $Vitrine.was(\"a\"); b @1 :Int8;", "a @0 :Text;"),
              Fit::older_prefix);
}

TEST(CompareTest, TellsWasFromAnotherAnnotation) {
    const std::string note = "annotation note @0xb6c7de41c5dd2f50 (field) :Text;\n";
    EXPECT_THROW(fit_text(account("a @0 :Text;"), note + account("b @0 :Text $note(\"a\");")),
                 SchemaError);
}

TEST(CompareTest, IgnoresChangedAnnotations) {
    EXPECT_EQ(fit("a @0 :Text;", "a @0 :Text $Vitrine.was(\"z\");"), Fit::equal);
}

TEST(CompareTest, ComparesTheTargetOfARef) {
    EXPECT_EQ(fit("a @0 :Vitrine.Ref(Place);", "a @0 :Vitrine.Ref(Place);"), Fit::equal);
    expect_refused("a @0 :Vitrine.Ref(Place);", "a @0 :Vitrine.Ref(Reading);",
                   {"Account.a", "Ref(", "b6c7de41c5dd2f37", "b6c7de41c5dd2f36"});
    expect_refused("a @0 :Vitrine.Ref(Place);", "a @0 :Vitrine.Ref;", {"Account.a", "Ref("});
    expect_refused("a @0 :List(Vitrine.Ref(Place));", "a @0 :List(Vitrine.Ref(Reading));",
                   {"Account.a", "List(Ref("});
    expect_refused("a @0 :Vitrine.TreeRef;", "a @0 :Vitrine.Ref(Place);", {"Account.a"});
}

TEST(CompareTest, ComparesWhatOtherGenericsAreBoundTo) {
    EXPECT_EQ(fit("a @0 :Box(List(Place));", "a @0 :Box(List(Place));"), Fit::equal);
    expect_refused("a @0 :Box(Place);", "a @0 :Box(Reading);",
                   {"Account.a", "Box(Place)", "Box(Reading)"});
    expect_refused("a @0 :Box(Place);", "a @0 :Box;", {"Account.a", "Box(Place)"});
}

TEST(CompareTest, ComparesGroupsAndNamedUnionsAsPartOfTheirStruct) {
    EXPECT_EQ(fit("g :group { a @0 :Text; }", "g :group { a @0 :Text; }"), Fit::equal);
    EXPECT_EQ(fit("g :group { a @0 :Text; }", "g :group { a @0 :Text; b @1 :Int8; }"), Fit::grown);
    EXPECT_EQ(fit("u :union { a @0 :Text; b @1 :Int8; c @2 :Int8; }",
                  "u :union { a @0 :Text; b @1 :Int8; }"),
              Fit::older_prefix);
    expect_refused("g :group { a @0 :Text; }", "g :group { b @0 :Text; }", {"Account.g.a"});
    expect_refused("g :group { a @0 :Text; }", "h :group { a @0 :Text; }", {"Account.g", "\"h\""});
    expect_refused("u :union { a @0 :Int8; b @1 :Int8; }", "u :union { b @0 :Int8; a @1 :Int8; }",
                   {"Account.u.a"});
}

TEST(CompareTest, TakesARenamedGroupThatIsExplained) {
    EXPECT_EQ(fit("g :group { a @0 :Text; }", "h :group $Vitrine.was(\"g\") { a @0 :Text; }"),
              Fit::grown);
    EXPECT_EQ(fit("u :union { a @0 :Text; b @1 :Int8; }",
                  "v :union $Vitrine.was(\"u\") { a @0 :Text; b @1 :Int8; }"),
              Fit::grown);
}

TEST(CompareTest, FindsAUnionAddedLaterGrown) {
    EXPECT_EQ(fit("a @0 :Text;", "a @0 :Text; union { b @1 :Int8; c @2 :Text; }"), Fit::grown);
    EXPECT_EQ(
        fit("union { a @0 :Text; b @1 :Int8; }", "union { a @0 :Text; b @1 :Int8; c @2 :Int64; }"),
        Fit::grown);
}

TEST(CompareTest, RefusesGrowthAndShrinkingAtOnce) {
    expect_refused("g :group { a @0 :Text; b @1 :Int8; }", "g :group { a @0 :Text; } b @1 :Int8;",
                   {"Account.g.b", "Account.b", "neither"});
}

TEST(CompareTest, RefusesAnotherNumber) {
    expect_refused("g :group { a @0 :Text; } b @1 :Text; c @2 :Text;",
                   "g :group { a @0 :Text; b @1 :Text; } c @2 :Text;", {"Account.b", "@1", "@2"});
}

TEST(CompareTest, TakesGrownEnumsAndRefusesRenamedEnumerants) {
    EXPECT_EQ(fit_enum("red @0;", "red @0;"), Fit::equal);
    EXPECT_EQ(fit_enum("red @0;", "red @0; green @1;"), Fit::grown);
    EXPECT_EQ(fit_enum("red @0; green @1;", "red @0;"), Fit::older_prefix);
    EXPECT_EQ(fit_enum("red @0;", "crimson @0 $Vitrine.was(\"red\");"), Fit::grown);
    EXPECT_EQ(fit_enum("crimson @0 $Vitrine.was(\"red\");", "red @0;"), Fit::equal);
    expect_refused("red @0; green @1;", "green @0; red @1;", {"Colour.red", "\"green\""},
                   &fit_enum);
}

TEST(CompareTest, RefusesAnEnumThatBecameAStruct) {
    const std::string field = "at @0 :Vitrine.Ref(Place);";
    const Parsed old_text(account(field) + "struct Place @0xb6c7de41c5dd2f37 { x @0 :Int32; }");
    const Parsed new_text(account("c @0 :Colour;") + "enum Colour @0xb6c7de41c5dd2f37 { red @0; }");
    const Node place = old_text["Place"].getProto();
    const Closure types = closure_of(new_text["Account"]);
    const auto nothing = [](TypeId) -> std::optional<Node> { return std::nullopt; };
    EXPECT_THROW(compare(Side{place, nothing}, Side{types.at(0xb6c7de41c5dd2f37), nothing}),
                 SchemaError);
}

TEST(CompareTest, CallsAMissingStoredGroupDamage) {
    const Parsed text(account("g :group { a @0 :Text; }"));
    const Node node = text["Account"].getProto();
    const auto nothing = [](TypeId) -> std::optional<Node> { return std::nullopt; };
    EXPECT_THROW(compare(Side{node, nothing}, Side{node, nothing}), CorruptionError);
}

}  // namespace
}  // namespace vitrine::core::schema
