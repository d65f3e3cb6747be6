#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/btree/graph.hpp"
#include "tests/support/schedule.hpp"

// What happens at each place where a collection can be overtaken. The collector is held there by
// name; the test does what it wants to meanwhile.

namespace vitrine::btree {
namespace {

using namespace test;
using vitrine::test::Schedule;

class CollectScheduleTest : public testing::Test {
  protected:
    /// Runs a collection; at `place` it waits until `meanwhile` is done.
    template <class F>
    GcReport collect_beside(const char* place, F&& meanwhile, CollectOptions options = {}) {
        GcReport report;
        Schedule schedule;
        schedule.hold("collector", place);
        schedule.start("collector", [&] { report = graph_.collect({}, options); });
        schedule.await("collector");
        meanwhile();
        schedule.release("collector");
        schedule.join("collector");
        EXPECT_TRUE(graph_.verify().ok());
        EXPECT_TRUE(graph_.verify().dangling_references.empty());
        return report;
    }
    /// Commits `with` in one transaction.
    template <class F>
    Version change(F&& with) {
        Transaction transaction = graph_.begin();
        with(transaction);
        return transaction.commit();
    }
    void expect_alive(std::set<std::uint64_t> ids) { EXPECT_EQ(graph_.alive(), ids); }

    const Graph graph_;
};

// Places before anything is condemned: whatever is used now stays.
constexpr const char* kMarking[] = {"collect:begun", "collect:snapshot", "collect:following",
                                    "collect:closing"};

class WhileMarkingTest : public CollectScheduleTest,
                         public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Places, WhileMarkingTest, testing::ValuesIn(kMarking),
                         [](const auto& place) {
                             return std::string(std::string_view(place.param).substr(8));
                         });

TEST_P(WhileMarkingTest, AReferenceThatMovesBackwardsIsFollowed) {
    const ObjectId x = graph_.make({.next = graph_.make()});
    const ObjectId a = graph_.make({.next = x});
    const ObjectId b = graph_.make();
    graph_.name("a", a);
    graph_.name("b", b);
    collect_beside(GetParam(), [&] {
        change([&](Transaction& transaction) {
            Graph::link(transaction, a, {});
            Graph::link(transaction, b, {.next = x});
        });
    });
    EXPECT_EQ(graph_.alive().size(), 4U);
    graph_.collect();
    EXPECT_EQ(graph_.alive().size(), 4U);
}

TEST_P(WhileMarkingTest, WhatIsLinkedAnewStaysWithAllThatItRefersTo) {
    const ObjectId end = graph_.make();
    const ObjectId middle = graph_.make({.next = end});
    const ObjectId top = graph_.make({.next = middle});
    const ObjectId lost = graph_.make();
    const GcReport report = collect_beside(GetParam(), [&] { graph_.name("saved", top); });
    EXPECT_EQ(report.objects_erased, 1U);
    expect_alive({end.value, middle.value, top.value});
    EXPECT_FALSE(graph_.has(lost));
}

TEST_P(WhileMarkingTest, WhatIsLinkedUnreadIntoATreeOrAStructInATreeStays) {
    const ObjectId one = graph_.make({.next = graph_.make()});
    const ObjectId two = graph_.make({.next = graph_.make()});
    fill(graph_, "refs", kKnots, {{number(1), word(graph_.make().value)}});
    fill(graph_, "structs", kKnotStructs, {{number(1), knot_value({})}});
    const std::size_t all = graph_.alive().size();
    collect_beside(GetParam(), [&] {
        fill(graph_, "refs", kKnots, {{number(2), word(one.value)}});
        fill(graph_, "structs", kKnotStructs, {{number(2), knot_value({.next = two})}});
    });
    EXPECT_EQ(graph_.alive().size(), all);
}

TEST_P(WhileMarkingTest, WhatATransactionReadStaysThoughItCommitsLater) {
    const ObjectId end = graph_.make();
    const ObjectId top = graph_.make({.next = end});
    Transaction transaction = graph_.begin();
    GcReport report =
        collect_beside(GetParam(), [&] { EXPECT_TRUE(Graph::links(transaction, top)); });
    EXPECT_EQ(report.objects_erased, 0U);
    set_root(transaction, "saved", top);
    transaction.commit();
    expect_alive({top.value, end.value});
}

TEST_P(WhileMarkingTest, ATreeThatATransactionOpenedStaysWithWhatItRefersTo) {
    const ObjectId knot = graph_.make();
    const ObjectId tree = graph_.make_tree(kKnots, {{number(1), word(knot.value)}});
    Transaction transaction = graph_.begin();
    collect_beside(GetParam(), [&] {
        static_cast<void>(edit_tree(transaction, tree, kKnots)->contains(bytes(number(1))));
    });
    set_root(transaction, "saved", tree);
    transaction.commit();
    expect_alive({knot.value, tree.value});
}

TEST_P(WhileMarkingTest, ATreeWrittenByWhoOpenedItBeforeKeepsItsOtherEntries) {
    fill(graph_, "refs", kKnots,
         {{number(1), word(graph_.make().value)}, {number(2), word(graph_.make().value)}});
    const ObjectId holder = graph_.make({.next = graph_.make(), .others = {graph_.make()}});
    graph_.name("holder", holder);
    const std::size_t all = graph_.alive().size();
    Transaction before = graph_.begin();
    edit_tree(before, "refs", kKnots)->put(bytes(number(3)), bytes(word(holder.value)));
    before.edit(holder).getRoot<Knot>().setValue(7);
    collect_beside(GetParam(), [&] { before.commit(); });
    EXPECT_EQ(graph_.alive().size(), all);
}

TEST_P(WhileMarkingTest, WhatIsMadeMeanwhileStays) {
    Transaction before = graph_.begin();
    const ObjectId early = Graph::make(before);
    ObjectId late;
    collect_beside(GetParam(), [&] {
        before.commit();
        late = graph_.make();
    });
    expect_alive({early.value, late.value});
    graph_.collect();
    expect_alive({});
}

TEST_P(WhileMarkingTest, ANewObjectSavesAnOldOne) {
    const ObjectId old = graph_.make({.next = graph_.make()});
    collect_beside(GetParam(), [&] { graph_.name("fresh", graph_.make({.next = old})); });
    EXPECT_EQ(graph_.alive().size(), 3U);
}

TEST_P(WhileMarkingTest, WhatIsUnlinkedMeanwhileGoesWithTheSecondPass) {
    const ObjectId top = graph_.make({.next = graph_.make()});
    graph_.name("top", top);
    collect_beside(GetParam(), [&] { graph_.unname("top"); });
    graph_.collect();
    expect_alive({});
}

TEST_P(WhileMarkingTest, WhatIsErasedMeanwhileIsNoMatter) {
    const ObjectId top = graph_.make();
    const ObjectId lost = graph_.make();
    const ObjectId tree = graph_.make_tree(kKnots, {{number(1), word(lost.value)}});
    graph_.name("top", top);
    collect_beside(GetParam(), [&] {
        change([&](Transaction& transaction) {
            erase(transaction, lost);
            erase(transaction, tree);
            erase(transaction, top);
            erase_root(transaction, "top");
        });
    });
    expect_alive({});
}

TEST_F(CollectScheduleTest, ATreeThatMovesBetweenObjectsStays) {
    const ObjectId knot = graph_.make();
    const ObjectId tree = graph_.make_tree(kKnots, {{number(1), word(knot.value)}});
    const ObjectId a = graph_.make({.tree = tree});
    const ObjectId b = graph_.make();
    graph_.name("a", a);
    graph_.name("b", b);
    collect_beside("collect:following", [&] {
        change([&](Transaction& transaction) {
            Graph::link(transaction, a, {});
            Graph::link(transaction, b, {.tree = tree});
        });
    });
    expect_alive({knot.value, tree.value, a.value, b.value});
}

// -- after that moment

TEST_F(CollectScheduleTest, WhatIsCondemnedIsAbsentForTransactionsThatBeginLater) {
    for (int i = 0; i < 3; ++i) static_cast<void>(graph_.make());
    const ObjectId lost = graph_.make();
    const ObjectId tree = graph_.make_tree(kKnots, {});
    graph_.name("kept", graph_.make());
    Schedule schedule;
    schedule.hold("collector", "collect:condemned");
    schedule.start("collector", [&] { graph_.collect({}, {.work_per_commit = 1}); });
    schedule.await("collector");
    EXPECT_TRUE(graph_.has(lost));
    Transaction transaction = graph_.begin();
    EXPECT_FALSE(transaction.find(lost));
    EXPECT_THROW(static_cast<void>(transaction.edit(lost)), NotFoundError);
    EXPECT_THROW(set_root(transaction, "saved", lost), NotFoundError);
    EXPECT_THROW(set_root(transaction, "saved", tree), NotFoundError);
    EXPECT_THROW(static_cast<void>(edit_tree(transaction, tree, kKnots)), NotFoundError);
    static_cast<void>(Graph::make(transaction));
    EXPECT_NO_THROW(transaction.commit());
    schedule.hold("collector", "collect:sweeping");
    schedule.release("collector");
    schedule.await("collector");
    EXPECT_TRUE(graph_.has(lost)) << "for who looks at snapshots";
    EXPECT_FALSE(graph_.begin().find(lost));
    schedule.release("collector");
    schedule.join("collector");
    EXPECT_FALSE(graph_.has(lost));
    EXPECT_FALSE(graph_.has(tree));
}

TEST_F(CollectScheduleTest, WhoReadItBeforeTheCollectionBeganConflicts) {
    const ObjectId holder = graph_.make();
    graph_.name("holder", holder);
    for (const Isolation isolation : {Isolation::serializable, Isolation::snapshot}) {
        const ObjectId lost = graph_.make();
        const ObjectId tree = graph_.make_tree(kKnots, {{number(1), word(lost.value)}});
        Transaction early = graph_.begin(isolation);
        EXPECT_TRUE(early.find(lost));
        Transaction of_tree = graph_.begin(isolation);
        edit_tree(of_tree, tree, kKnots)->put(bytes(number(2)), bytes(word(holder.value)));
        collect_beside("collect:condemned", [&] {
            Graph::link(early, holder, {.next = lost});
            EXPECT_THROW(early.commit(), ConflictError);
            EXPECT_THROW(of_tree.commit(), ConflictError);
        });
        expect_alive({holder.value});
    }
}

TEST_F(CollectScheduleTest, WhatIsReadAfterThatMomentOnAnOldBaseConflicts) {
    const ObjectId end = graph_.make();
    const ObjectId lost = graph_.make({.next = end});
    const ObjectId holder = graph_.make();
    graph_.name("holder", holder);
    Transaction early = graph_.begin(Isolation::snapshot);
    collect_beside("collect:condemned", [&] {
        EXPECT_TRUE(early.find(lost)) << "as its base shows it";
        Graph::link(early, holder, {.next = lost});
        EXPECT_THROW(early.commit(), ConflictError);
    });
    expect_alive({holder.value});
}

TEST_F(CollectScheduleTest, WhatComesIntoBeingAfterThatMomentUnderAnOldIdStays) {
    Transaction before = graph_.begin();
    const ObjectId early = Graph::make(before);
    static_cast<void>(graph_.make());
    collect_beside("collect:condemned", [&] {
        set_root(before, "early", early);
        before.commit();
        EXPECT_TRUE(graph_.begin().find(early));
        graph_.link(early, {.next = early});
    });
    expect_alive({early.value});
}

TEST_F(CollectScheduleTest, ACommitThatIsSequencedButNotPublishedIsSeen) {
    const ObjectId x = graph_.make();
    const ObjectId b = graph_.make();
    graph_.name("b", b);
    Schedule schedule;
    schedule.hold("writer", "commit:publishing");
    schedule.start("writer", [&] { graph_.link(b, {.next = x}); });
    schedule.await("writer");
    schedule.hold("collector", "collect:begun");
    schedule.start("collector", [&] { graph_.collect(); });
    schedule.await("collector");
    schedule.release("collector");
    schedule.release("writer");
    schedule.join("writer");
    schedule.join("collector");
    expect_alive({x.value, b.value});
}

TEST_F(CollectScheduleTest, ASecondCollectionIsRefused) {
    static_cast<void>(graph_.make());
    for (const char* place : {"collect:snapshot", "collect:sweeping"}) {
        static_cast<void>(graph_.make());
        collect_beside(place, [&] { EXPECT_THROW(graph_.collect(), UsageError); });
    }
    EXPECT_NO_THROW(graph_.collect());
}

// Its header was looked at and nothing else: no entry was read or written.
TEST_F(CollectScheduleTest, ATreeThatIsOnlyGivenANameIsMissedInTime) {
    ObjectId tree;
    change([&](Transaction& transaction) { tree = create_tree(transaction, kNumbers); });
    for (const Isolation isolation : {Isolation::snapshot, Isolation::serializable}) {
        if (!graph_.alive().contains(tree.value))
            change([&](Transaction& transaction) { tree = create_tree(transaction, kNumbers); });
        Transaction naming = graph_.begin(isolation);
        collect_beside("collect:condemned", [&] {
            set_root(naming, "name", tree);
            EXPECT_THROW(naming.commit(), ConflictError);
        });
        EXPECT_FALSE(find_root(graph_->snapshot(), "name"));
    }
}

TEST_F(CollectScheduleTest, WhatWasReadBeforeAWholeCollectionConflicts) {
    const ObjectId lost = graph_.make();
    ObjectId tree;
    change([&](Transaction& transaction) { tree = create_tree(transaction, kNumbers); });
    Transaction object = graph_.begin(Isolation::snapshot);
    Transaction header = graph_.begin(Isolation::snapshot);
    EXPECT_TRUE(object.find(lost));
    set_root(header, "tree", tree);
    EXPECT_EQ(graph_.collect().objects_erased, 1U);
    set_root(object, "object", lost);
    EXPECT_THROW(object.commit(), ConflictError);
    EXPECT_THROW(header.commit(), ConflictError);
    EXPECT_TRUE(graph_.verify().dangling_references.empty());
}

}  // namespace
}  // namespace vitrine::btree
