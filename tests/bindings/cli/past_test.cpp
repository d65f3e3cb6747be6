#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitrine/vitrine.hpp>

#include "bindings/cli/exit_code.hpp"
#include "tests/bindings/cli/child.hpp"
#include "tests/bindings/cli/everything.capnp.h"
#include "tests/bindings/cli/place.hpp"

namespace vitrine::test {
namespace {

using everything::Item;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A store that keeps everything, with four commits:
///  1 makes an Item under "item" and a tree "t" {a: 1, b: 2}; 2 changes the item and b, adds c;
///  3 erases a; 4 erases the item.
struct PastTest : testing::Test {
    PastTest() {
        StoreOptions options;
        options.retention = Retention::forever();
        Store store = Store::open(file, options);
        const auto commit = [&](const char* note, auto change) {
            TransactionOptions noted;
            noted.note = note;
            store.transact(change, noted);
        };
        commit("made", [&](Transaction& txn) {
            item = txn.create<Item>([](Item::Builder builder) { builder.setText("first"); });
            txn.set_root("item", item);
            auto tree = txn.tree<std::string, int>("t");
            tree.put("a", 1);
            tree.put("b", 2);
        });
        commit("changed", [&](Transaction& txn) {
            txn.edit(item).setText("second");
            auto tree = txn.tree<std::string, int>("t");
            tree.put("b", 20);
            tree.put("c", 3);
        });
        commit("", [&](Transaction& txn) { txn.tree<std::string, int>("t").erase("a"); });
        commit("erased", [&](Transaction& txn) { txn.erase(item); });
        store.close();
    }

    const Place place;
    const std::string file = place.file("store");
    Ref<Item> item{};
};

TEST_F(PastTest, LogListsCommitsWithNotesAndWhatTheyChanged) {
    const Ran ran = run_command({"log", file});
    EXPECT_EQ(ran.code, cli::kOk) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("Z  made\n"));
    EXPECT_THAT(ran.out, HasSubstr(" Item\n"));
    EXPECT_THAT(ran.out, HasSubstr(" roots\n"));
    EXPECT_THAT(ran.out, HasSubstr(" tree string -> i32\n"));
    const Ran last = run_command({"log", file, "--limit", "1", "--json"});
    EXPECT_THAT(last.out, StartsWith("{\"version\":4,"));
    EXPECT_THAT(last.out, HasSubstr("\"note\":\"erased\""));
    EXPECT_THAT(last.out, HasSubstr("\"type\":\"erased\""));
    const Ran second = run_command({"log", file, "--after", "1", "--limit", "1"});
    EXPECT_THAT(second.out, StartsWith("         2  "));
    EXPECT_THAT(second.out, Not(HasSubstr("erased")));
}

TEST_F(PastTest, HistoryListsTheVersionsOfAnObjectNewestFirst) {
    const Ran ran = run_command({"history", file, "@" + std::to_string(item.id())});
    EXPECT_EQ(ran.code, cli::kOk) << ran.err;
    EXPECT_THAT(ran.out, StartsWith("         4  "));
    EXPECT_THAT(ran.out, HasSubstr("  erased  erased\n         2  "));
    EXPECT_THAT(ran.out, HasSubstr("  Item  changed\n         1  "));
    EXPECT_EQ(run_command({"history", file, "item"}).out, ran.out);  // by the root that dangles
    EXPECT_EQ(run_command({"history", file, "@777"}).code, cli::kNo);
    const Ran tree = run_command({"history", file, "t", "--json"});
    EXPECT_THAT(tree.out, StartsWith("{\"version\":3,"));
}

TEST_F(PastTest, AtShowsAnOlderVersionByNumberAndByTime) {
    const auto text = [&](const std::string& at) {
        return run_command({"get", "--compact", file, "item/text", "--at", at}).out;
    };
    EXPECT_EQ(text("1"), "\"first\"\n");
    EXPECT_EQ(text("2"), "\"second\"\n");
    EXPECT_EQ(run_command({"ls", file, "t", "--at", "1"}).out, "a\t1\nb\t2\n");
    EXPECT_EQ(run_command({"ls", file, "t"}).out, "b\t20\nc\t3\n");
    EXPECT_EQ(run_command({"ls", file, "t", "--at", "2100-01-01T00:00:00.5Z"}).out,
              "b\t20\nc\t3\n");
    EXPECT_EQ(run_command({"ls", file, "t", "--at", "2001-02-03"}).code, cli::kNo);
    EXPECT_EQ(run_command({"ls", file, "t", "--at", "5"}).code, cli::kNo);
    for (const char* at : {"x", "2001-02-31", "2001-02-03T25:00", "2001-02-03T1", "-1"})
        EXPECT_EQ(run_command({"ls", file, "t", std::string("--at=") + at}).code, cli::kUsage)
            << at;
}

TEST_F(PastTest, DiffTellsObjectsAndKeysThatDiffer) {
    const Ran ran = run_command({"diff", file, "1", "2"});
    EXPECT_EQ(ran.code, cli::kNo) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("~ #" + std::to_string(item.id()) + " Item\n"));
    EXPECT_THAT(ran.out, HasSubstr("\"b\"\n    - 2\n    + 20\n"));
    EXPECT_THAT(ran.out, HasSubstr("\"c\"\n    + 3\n"));
    EXPECT_THAT(ran.out, Not(HasSubstr("\"a\"")));
    const Ran json = run_command({"diff", file, "2", "--json"});
    EXPECT_THAT(json.out, HasSubstr("\"key\":\"a\",\"before\":1}\n"));
    EXPECT_THAT(json.out, HasSubstr("\"type\":\"Item\",\"before\":{"));
    const Ran birth = run_command({"diff", file, "0", "1"});
    EXPECT_THAT(birth.out, HasSubstr("+ roots \"item\""));
}

TEST_F(PastTest, DiffOfAVersionWithItselfIsNothingAndZero) {
    const Ran ran = run_command({"diff", file, "3", "3"});
    EXPECT_EQ(ran.code, cli::kOk);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(run_command({"diff", file, "3", "2"}).code, cli::kUsage);
}

TEST_F(PastTest, ExportAtAnOlderVersionIsThatOfThen) {
    const Ran then = run_command({"export", file, "--at", "1"});
    EXPECT_EQ(then.code, cli::kOk) << then.err;
    EXPECT_THAT(then.out, HasSubstr("\"text\":\"first\""));
    EXPECT_THAT(then.out, HasSubstr("{\"key\":\"a\",\"value\":1}\n"));
}

}  // namespace
}  // namespace vitrine::test
