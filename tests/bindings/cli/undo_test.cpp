#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitrine/vitrine.hpp>

#include "bindings/cli/exit_code.hpp"
#include "tests/bindings/cli/child.hpp"
#include "tests/bindings/cli/place.hpp"

namespace vitrine::test {
namespace {

using testing::HasSubstr;

/// Three commits of a tree "t": {a: 1}, then {a: 2, b: 2}, then {a: 3, b: 2}; all kept.
struct UndoCommandTest : testing::Test {
    UndoCommandTest() {
        StoreOptions options;
        options.retention = Retention::forever();
        Store store = Store::open(file, options);
        store.transact([](Transaction& tx) { tx.tree<std::string, int>("t").put("a", 1); });
        store.transact([](Transaction& tx) {
            tx.tree<std::string, int>("t").put("a", 2);
            tx.tree<std::string, int>("t").put("b", 2);
        });
        store.transact([](Transaction& tx) { tx.tree<std::string, int>("t").put("a", 3); });
    }
    int value(std::string_view key) {
        return Store::open(file).snapshot().tree<std::string, int>("t").find(key).value_or(0);
    }

    const Place place;
    const std::string file = place.file("store");
};

TEST_F(UndoCommandTest, ACommitIsTakenBack) {
    const Ran plan = run_command({"undo", file, "3", "--plan"});
    EXPECT_EQ(plan.code, cli::kOk) << plan.err;
    EXPECT_THAT(plan.out, HasSubstr("[\"a\"] gets back its value\n"));
    EXPECT_EQ(value("a"), 3);
    const Ran ran = run_command({"undo", file, "3"});
    EXPECT_EQ(ran.code, cli::kOk) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("undone by commit 4\n"));
    EXPECT_EQ(value("a"), 2);
    EXPECT_THAT(run_command({"log", file, "--after", "3"}).out, HasSubstr("undo of 3"));
}

TEST_F(UndoCommandTest, AConflictIsANoAndChangesNothing) {
    const Ran ran = run_command({"undo", file, "2"});
    EXPECT_EQ(ran.code, cli::kNo);
    EXPECT_THAT(ran.out, HasSubstr("conflict: "));
    EXPECT_THAT(ran.out, HasSubstr("[\"a\"] was changed again by commit 3\n"));
    EXPECT_EQ(value("b"), 2);
    EXPECT_EQ(run_command({"undo", file, "99"}).code, cli::kNo);
}

TEST_F(UndoCommandTest, TheRetentionIsShownAndChanged) {
    EXPECT_THAT(run_command({"retention", file}).out, HasSubstr("forever: versions 0 to 3"));
    for (const char* rule : {"none", "2commits", "30s", "90min", "12h", "30d", "4w", "forever"})
        EXPECT_EQ(run_command({"retention", file, rule}).code, cli::kOk) << rule;
    for (const char* wrong : {"", "ever", "5", "-1d", "5parsecs", "commits"})
        EXPECT_EQ(run_command({"retention", file, wrong}).code, cli::kUsage) << wrong;
    EXPECT_EQ(run_command({"retention", file, "1commits"}).code, cli::kOk);
    Store::open(file).transact([](Transaction& tx) { tx.tree<std::string, int>("t").put("a", 4); });
    EXPECT_EQ(run_command({"undo", file, "1"}).code, cli::kNo) << "no longer kept";
}

}  // namespace
}  // namespace vitrine::test
