#include "tests/support/history/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/history/script.hpp"

namespace vitrine::test::history {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ReplayTest, AgreesWithACleanHistory) {
    const Replayed replayed =
        replay({Script().append(1, 10).put(5, {50}).numbers(0, 1),
                Script()
                    .read(1, {10})
                    .savepoint()
                    .append(1, 11)
                    .read(1, {10, 11})
                    .roll_back()
                    .numbers(1, 1),
                Script().scan(0, 9, {{1, {10}}, {5, {50}}}).erase(5).count(0, 9, 1).numbers(1, 2),
                Script().read(1, {10}).append(1, 99).numbers(2, 2).ends(Outcome::aborted)},
               true);
    EXPECT_TRUE(replayed.clean()) << replayed.wrong.front();
    EXPECT_EQ(replayed.newest, (State{{1, {10}}}));
    EXPECT_EQ(replayed.checked, 5U);
}

TEST(ReplayTest, FindsAPhantomThatNoListShows) {
    // Both count nobody in the range and come in, under different keys.
    const History history{Script().scan(0, 10, {}).put(1, {10}).numbers(0, 1),
                          Script().scan(0, 10, {}).put(2, {20}).numbers(0, 2)};
    EXPECT_THAT(
        replay(history, true).wrong,
        ElementsAre(HasSubstr("at its commit: saw from list 0 to before list 10: 0 entries")));
    const Replayed allowed = replay(history, false);
    EXPECT_TRUE(allowed.clean());
    EXPECT_EQ(allowed.skewed, 1U);
}

TEST(ReplayTest, FindsACountThatChanged) {
    EXPECT_EQ(replay({Script().put(1, {10}).numbers(0, 1),
                      Script().count(0, 10, 0).put(2, {20}).numbers(0, 2)},
                     true)
                  .count,
              1U);
}

TEST(ReplayTest, FindsALostUpdateUnderSnapshotIsolation) {
    EXPECT_THAT(
        replay({Script().append(1, 10).numbers(0, 1), Script().append(1, 11).numbers(0, 2)}, false)
            .wrong,
        ElementsAre(HasSubstr("lost an update of list 1: [] at its base, [10]")));
}

TEST(ReplayTest, AllowsBothToErase) {
    EXPECT_TRUE(replay({Script().append(1, 10).numbers(0, 1), Script().erase(1).numbers(1, 2),
                        Script().erase(1).put(2, {20}).numbers(1, 3)},
                       false)
                    .clean());
}

TEST(ReplayTest, AllowsANumberTwiceWhenOneHadNothingLeftToDo) {
    const Transaction erases = Script().erase(1).numbers(1, 2);
    const Transaction counts = Script().count(0, 9, 1).erase(1).numbers(1, 2);
    const Transaction appended = Script().append(1, 10).numbers(0, 1);
    EXPECT_TRUE(replay({appended, erases, erases}, true).clean());
    // What the second one counted was no longer so after the first.
    EXPECT_EQ(replay({appended, erases, counts, counts}, true).count, 2U);
}

TEST(ReplayTest, FindsWhatAnAbortedTransactionShouldNotHaveSeen) {
    EXPECT_THAT(replay({Script().append(1, 10).numbers(0, 1),
                        Script().read(1, {}).numbers(1, 1).ends(Outcome::aborted)},
                       true)
                    .wrong,
                ElementsAre(HasSubstr("in its base: read list 1 []")));
}

TEST(ReplayTest, FindsABaseThatIsTooOld) {
    EXPECT_THAT(replay({Script().append(1, 10).numbers(0, 1).time(1, 2),
                        Script().read(1, {}).numbers(0, 0).time(3, 4)},
                       false)
                    .wrong,
                ElementsAre(HasSubstr("began after commit 1 had returned")));
}

TEST(ReplayTest, FindsNumbersThatCannotBe) {
    EXPECT_EQ(
        replay({Script().append(1, 10).numbers(0, 1), Script().append(2, 20).numbers(0, 1)}, true)
            .count,
        1U);
    EXPECT_NE(replay({Script().append(1, 10).numbers(5, 1)}, true).count, 0U);
    EXPECT_NE(replay({Script().append(1, 10).numbers(5, 5)}, true).count, 0U);
    EXPECT_NE(replay({Script().read(1, {})}, true).count, 0U);
}

}  // namespace
}  // namespace vitrine::test::history
