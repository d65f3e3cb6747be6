#include "tests/support/history/dependencies.hpp"

#include <random>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/history/script.hpp"

namespace vitrine::test::history {
namespace {

constexpr Promise kSerializable{};
constexpr Promise kSnapshot{.serializable = false};

std::set<std::string> found(const History& history, const Promise& promise = kSerializable) {
    std::set<std::string> names;
    const Report report = check_dependencies(history, promise);
    for (const Anomaly& one : report.anomalies()) names.insert(name_of(one.what, one.order));
    return names;
}
using Names = std::set<std::string>;

TEST(DependenciesTest, FindNothingInACleanHistory) {
    const History history{Script(1).append(1, 10).append(2, 20).time(1, 2),
                          Script(2).read(1, {10}).append(1, 11).read(1, {10, 11}).time(3, 6),
                          Script(1).read(2, {20}).time(4, 5),
                          Script(3).read(1, {10, 11}).read(2, {20}).read(3, {}).time(7, 8)};
    EXPECT_EQ(found(history), Names{});
    EXPECT_EQ(found(history, kSnapshot), Names{});
}

TEST(DependenciesTest, SayTheShortestCycleAndWhy) {
    // T0 misses what T1 appended, and T1 misses what T0 appended.
    const Report report =
        check_dependencies({Script().read(1, {}).append(2, 20), Script().read(2, {}).append(1, 10),
                            Script().read(1, {10}).read(2, {20})},
                           kSerializable);
    ASSERT_EQ(report.anomalies().size(), 1U);
    EXPECT_EQ(report.anomalies()[0].what, Phenomenon::g2);
    EXPECT_EQ(report.anomalies()[0].transactions, (std::vector<std::uint32_t>{0, 1}));
    EXPECT_EQ(report.anomalies()[0].why,
              "T0 -rw-> T1 (T0 read list 1 without 10 of T1), "
              "T1 -rw-> T0 (T1 read list 2 without 20 of T0)");
}

TEST(DependenciesTest, AllowWriteSkewUnderSnapshotIsolation) {
    const History skew{Script().read(1, {}).append(2, 20), Script().read(2, {}).append(1, 10),
                       Script().read(1, {10}).read(2, {20})};
    EXPECT_EQ(found(skew), Names{"G2"});
    EXPECT_EQ(found(skew, kSnapshot), Names{});
}

TEST(DependenciesTest, NameACycleOfWritesG0) {
    const History history{Script().append(1, 10).append(2, 20),
                          Script().append(1, 11).append(2, 21),
                          Script().read(1, {10, 11}).read(2, {21, 20})};
    EXPECT_EQ(found(history, kSnapshot), Names{"G0"});
}

TEST(DependenciesTest, NameAnAbortedReadG1a) {
    EXPECT_EQ(found({Script().append(1, 10).ends(Outcome::aborted), Script().read(1, {10})}),
              Names{"G1a"});
    EXPECT_EQ(found({Script().savepoint().append(1, 10).roll_back().append(1, 11),
                     Script().read(1, {10, 11})}),
              Names{"G1a"});
}

TEST(DependenciesTest, NameAnIntermediateReadG1b) {
    EXPECT_EQ(found({Script().append(1, 10).append(1, 11), Script().read(1, {10}),
                     Script().read(1, {10, 11})})
                  .count("G1b"),
              1U);
}

TEST(DependenciesTest, NameCircularInformationG1c) {
    EXPECT_EQ(found({Script().append(1, 10).read(2, {20}), Script().append(2, 20).read(1, {10})}),
              Names{"G1c"});
}

TEST(DependenciesTest, NameReadSkewGSingle) {
    // T1 sees the second list after T0 and the first one before.
    const History history{Script().append(1, 10).append(2, 20), Script().read(1, {}).read(2, {20}),
                          Script().read(1, {10})};
    EXPECT_EQ(found(history), Names{"G-single"});
    EXPECT_EQ(found(history, kSnapshot), Names{"G-single"});
}

TEST(DependenciesTest, NameALongForkGNonadjacent) {
    // Two readers see two independent appends in different orders.
    const History fork{Script().append(1, 10), Script().append(2, 20),
                       Script().read(1, {10}).read(2, {}), Script().read(1, {}).read(2, {20})};
    EXPECT_EQ(found(fork), Names{"G-nonadjacent"});
    EXPECT_EQ(found(fork, kSnapshot), Names{"G-nonadjacent"});
}

TEST(DependenciesTest, NameALostUpdate) {
    const Names names = found({Script().read(1, {}).append(1, 10),
                               Script().read(1, {}).append(1, 11), Script().read(1, {10, 11})},
                              kSnapshot);
    EXPECT_TRUE(names.contains("lost update"));
    EXPECT_TRUE(names.contains("G-single"));
    // Lost without a trace.
    EXPECT_TRUE(found({Script().read(1, {}).append(1, 10), Script().read(1, {}).append(1, 11),
                       Script().read(1, {11})})
                    .contains("lost update"));
}

TEST(DependenciesTest, MissAnAppendThatHadReturned) {
    EXPECT_EQ(
        found({Script().append(1, 10).time(1, 2), Script().read(1, {}).time(3, 4)}, kSnapshot),
        Names{"G-single-realtime"});
    // While it was on its way it need not be seen yet.
    EXPECT_EQ(found({Script().append(1, 10).time(1, 4), Script().read(1, {}).time(2, 3)}), Names{});
}

TEST(DependenciesTest, KnowTheOrderOfAProcess) {
    const History history{Script(1).read(1, {10}), Script(1).read(1, {}), Script(2).append(1, 10)};
    EXPECT_EQ(found(history, kSnapshot), Names{"G-single-process"});
    EXPECT_EQ(found(history, {.process = false}), Names{});
}

TEST(DependenciesTest, NameOtherDamage) {
    EXPECT_EQ(found({Script().read(1, {99})}), Names{"unknown element"});
    EXPECT_EQ(found({Script().append(1, 10), Script().read(1, {10, 10})}),
              Names{"duplicate element"});
    EXPECT_TRUE(found({Script().append(1, 10), Script().append(1, 11), Script().read(1, {10, 11}),
                       Script().read(1, {11})})
                    .contains("incompatible order"));
    EXPECT_EQ(found({Script().append(1, 10).read(1, {})}), Names{"internal inconsistency"});
    EXPECT_EQ(found({Script().append(1, 10), Script().read(1, {}).read(1, {10})})
                  .count("internal inconsistency"),
              1U);
}

TEST(DependenciesTest, ReadScansAsReadsOfAbsentKeysToo) {
    // The scan saw key 3 and no key 2, whose append came before that of key 3.
    const History history{Script().append(2, 20), Script().read(2, {20}).append(3, 30),
                          Script().scan(1, 4, {{3, {30}}})};
    EXPECT_EQ(found(history), Names{"G-single"});
}

TEST(DependenciesTest, TakeAnUnknownOutcomeForACommitOnceSeen) {
    EXPECT_EQ(found({Script().append(1, 10).ends(Outcome::unknown), Script().read(1, {10})}),
              Names{});
    EXPECT_EQ(found({Script().append(1, 10).ends(Outcome::unknown), Script().read(1, {})}),
              Names{});
}

// What a store with one lock would do, but for one transaction that reads an older state.
History long_history(std::uint32_t length, std::optional<std::uint32_t> stale) {
    std::mt19937_64 random(7);
    std::vector<List> lists(length / 4 + 8), older;
    History history;
    for (std::uint32_t number = 0; number < length; ++number) {
        const bool old = stale == number;
        if (stale && number + 40 == *stale) older = lists;
        Script script(number % 8);
        for (int i = 0; i < 4; ++i) {
            const Key key = number / 4 + random() % 8;
            if (random() % 2 == 0) {
                script.read(key, (old ? older : lists)[key]);
            } else if (!old) {
                const Element element = number * std::uint64_t{4} + static_cast<unsigned>(i);
                lists[key].push_back(element);
                script.append(key, element);
            }
        }
        history.push_back(script.time(number * 2 + 1, number * 2 + 2));
    }
    return history;
}

TEST(DependenciesTest, FindOneStaleReadAmongAHundredThousandTransactions) {
    EXPECT_EQ(found(long_history(100'000, std::nullopt)), Names{});
    const Report report = check_dependencies(long_history(100'000, 77'777), kSnapshot);
    ASSERT_FALSE(report.clean());
    EXPECT_THAT(report.anomalies()[0].transactions, testing::Contains(77'777U));
}

}  // namespace
}  // namespace vitrine::test::history
