#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bindings/cli/exit_code.hpp"
#include "tests/bindings/cli/child.hpp"
#include "tests/bindings/cli/everything.hpp"
#include "tests/bindings/cli/place.hpp"

namespace vitrine::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// A store with everything, made once for all tests of this file: they only look.
const std::string& sample() {
    static const Place place;
    static const std::string file = [] {
        Store store = Store::open(place.file("everything"));
        fill_with_everything(store);
        store.close();
        return place.file("everything");
    }();
    return file;
}

std::string get(const std::string& path) {
    const Ran ran = run_command({"get", "--compact", sample(), path});
    EXPECT_EQ(ran.code, cli::kOk) << ran.err;
    return ran.out;
}

std::vector<std::string> ls(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"ls", sample()});
    const Ran ran = run_command(arguments);
    EXPECT_EQ(ran.code, cli::kOk) << ran.err;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < ran.out.size();) {
        const std::size_t end = ran.out.find('\n', at);
        lines.push_back(ran.out.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

TEST(GetTest, FollowsReferencesFieldsIndicesAndKeys) {
    EXPECT_EQ(get("all/next/word"), "\"the last\"\n");
    EXPECT_EQ(get("all/friends/1/word"), "\"the last\"\n");
    EXPECT_EQ(get("all/ledger/1"), "\"first\"\n");
    EXPECT_EQ(get("all/nested/0/1"), "7\n");
    EXPECT_EQ(get("all/place/x"), "12\n");
    EXPECT_EQ(get("all/box/lid"), "\"oak\"\n");
    EXPECT_EQ(get("values-ref/1/ularge"), "\"18446744073709551615\"\n");
    EXPECT_EQ(get("hard/null%20in%20a%20union/word"), "\"\"\n");
    EXPECT_EQ(get("values-tree/1/a member"), "null\n");
    EXPECT_EQ(get("slash%2Fand %25/tiny"), "-128\n");
    EXPECT_EQ(get("tree-string/a%2Fb%25c"), "2\n");
    EXPECT_EQ(get(R"(tree-tuple/["",0,"",0.5,0])"), "1\n");
    EXPECT_EQ(get("values-struct/2/limit"), "\"18446744073709551615\"\n");
}

TEST(GetTest, ShowsWhatJsonHasNoWordsForAsObjects) {
    EXPECT_EQ(get("hard/nan/double"), "\"NaN\"\n");
    EXPECT_EQ(get("hard/infinities/single"), "\"Infinity\"\n");
    EXPECT_THAT(get("hard/not utf-8/text"), StartsWith("{\"$bytes\":\""));
    EXPECT_THAT(get("hard/any struct/any"), StartsWith("{\"$words\":\""));
    EXPECT_EQ(get("all/colours"), "[9,\"red\"]\n");
    EXPECT_EQ(get("all/single"), "0.1\n");
    EXPECT_EQ(get("hard/minus zero/double"), "-0\n");
    EXPECT_EQ(get("hard/empty data/data"), "\"\"\n");
    EXPECT_EQ(get("hard/text of zeros/text"), "\"a\\u0000b\"\n");
}

TEST(GetTest, GivesAnObjectByItsIdWithWhatIsKnownOfIt) {
    const Ran ran = run_command({"get", "--about", sample(), "all"});
    EXPECT_THAT(ran.out, HasSubstr("\"type\": \"Item\""));
    const std::size_t at = ran.out.find("\"id\": \"#") + 8;
    const std::string id = ran.out.substr(at, ran.out.find('"', at) - at);
    EXPECT_EQ(get("#" + id), get("all"));
    EXPECT_EQ(get("@" + id + "/place/y"), "2.5\n");
}

TEST(GetTest, SaysWhichStepLeadsNowhereAndIsOne) {
    const std::pair<std::string, std::string> cases[] = {
        {"none", "none: there is no such root"},
        {"all/nxt", "all/nxt: Item has no such field"},
        {"all/next/next/word", "all/next/next/word: the reference refers to nothing"},
        {"all/numbers/2", "the list has 2 elements"},
        {"all/place/x/y", "a plain value has no parts"},
        {"all/word", "the union has \"box\""},
        {"tree-i8/1", "there is no such key"},
        {"tree-i8/x", "no key of kind i8"},
        {"@999999", "there is no such object"},
        {"dangling/text", "is not there"},
    };
    for (const auto& [path, message] : cases) {
        const Ran ran = run_command({"get", sample(), path});
        EXPECT_EQ(ran.code, cli::kNo) << path;
        EXPECT_THAT(ran.err, HasSubstr(message));
        EXPECT_EQ(ran.out, "");
    }
    EXPECT_EQ(run_command({"get", sample(), "all/%"}).code, cli::kUsage);
    EXPECT_EQ(run_command({"get", sample(), "#x"}).code, cli::kUsage);
    EXPECT_EQ(run_command({"get", sample(), ""}).code, cli::kUsage);
}

TEST(LsTest, ListsKeysInOrderWithinBounds) {
    EXPECT_THAT(ls({"tree-i8"}), ElementsAre("-128\t1", "0\t2", "127\t3"));
    EXPECT_THAT(ls({"tree-i8", "--from", "0"}), ElementsAre("0\t2", "127\t3"));
    EXPECT_THAT(ls({"tree-i8", "--until", "0", "--keys"}), ElementsAre("-128"));
    EXPECT_THAT(ls({"tree-i64", "--reverse", "--limit", "1"}),
                ElementsAre("9223372036854775807\t3"));
    EXPECT_THAT(ls({"many", "--prefix", "key 499", "--limit", "3", "--keys"}),
                ElementsAre("key 499", "key 4990", "key 4991"));
    EXPECT_EQ(ls({"many"}).size(), 5000U);
    EXPECT_THAT(ls({"tree-tuple", "--prefix", R"([""])", "--json"}),
                ElementsAre(R"({"key":["","0","",0.5,0],"value":1})"));
    EXPECT_THAT(ls({"tree-double", "--from", "-0.1"}), ElementsAre("-0.1\t2", "0\t3", "1e+300\t4"));
    EXPECT_THAT(ls({"values-none"}), ElementsAre());
    EXPECT_THAT(ls({"tree-i8", "--from", "5", "--until", "5"}), ElementsAre());
}

TEST(LsTest, RefusesWhatIsNoTreeAndNoKey) {
    EXPECT_EQ(run_command({"ls", sample(), "all"}).code, cli::kNo);
    for (const char* key : {"x", "200", "1.5", "[1]"}) {
        const Ran ran = run_command({"ls", sample(), "tree-i8", "--from", key});
        EXPECT_EQ(ran.code, cli::kUsage) << key;
        EXPECT_THAT(ran.err, HasSubstr("i8"));
    }
    EXPECT_EQ(run_command({"ls", sample(), "tree-i8", "--prefix", "1"}).code, cli::kUsage);
    EXPECT_EQ(run_command({"ls", sample(), "tree-tuple", "--from", R"(["a"])"}).code, cli::kUsage);
}

TEST(RootsTest, NamesEachWithIdAndType) {
    const Ran ran = run_command({"roots", sample()});
    EXPECT_THAT(ran.out, HasSubstr("\ntree-i8\t#"));
    EXPECT_THAT(ran.out, HasSubstr("\ttree i8 -> i32\n"));
    EXPECT_THAT(ran.out, HasSubstr("\ttree i32 -> ref Item\n"));
    EXPECT_THAT(ran.out, HasSubstr("\tnothing: erased\n"));
    EXPECT_THAT(ran.out, HasSubstr("\"slash/and %\"\t#"));
}

TEST(InfoTest, CountsObjectsAndSpaceByTypeAndTree) {
    const Ran ran = run_command({"info", sample()});
    EXPECT_EQ(ran.code, cli::kOk) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("newest version  3 of "));
    EXPECT_THAT(ran.out, HasSubstr("Item"));
    EXPECT_THAT(ran.out, HasSubstr("string -> i64"));
    const Ran json = run_command({"info", "--json", sample()});
    EXPECT_THAT(json.out, HasSubstr("\"newest_version\": 3"));
    EXPECT_EQ(run_command({"info", "--quick", sample()}).out.find("space by type"),
              std::string::npos);
}

}  // namespace
}  // namespace vitrine::test
