#include "btree/collect.hpp"

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/btree/graph.hpp"

namespace vitrine::btree {
namespace {

using namespace test;

TEST(CollectTest, ErasesWhatNoRootLeadsTo) {
    const Graph graph;
    const ObjectId leaf = graph.make();
    const ObjectId kept = graph.make({.next = leaf});
    const ObjectId lost = graph.make({.next = leaf});
    graph.name("kept", kept);
    const GcReport report = graph.collect();
    EXPECT_TRUE(graph.has(kept));
    EXPECT_TRUE(graph.has(leaf));
    EXPECT_FALSE(graph.has(lost));
    EXPECT_EQ(report.objects_erased, 1U);
    EXPECT_EQ(report.objects_reachable, 2U);
    EXPECT_EQ(report.objects_examined, 4U) << "the catalog is a tree too";
    EXPECT_EQ(report.trees_erased, 0U);
    EXPECT_EQ(report.commits, 1U);
    EXPECT_GT(report.bytes_freed, 0U);
    EXPECT_GT(report.peak_bytes, 0U);
    EXPECT_TRUE(graph.verify().ok());
    EXPECT_EQ(graph.collect().objects_erased, 0U) << "the second pass has nothing to do";
}

TEST(CollectTest, AnEmptyStoreHasNoGarbage) {
    const Graph graph;
    const GcReport report = graph.collect();
    EXPECT_EQ(report.objects_examined, 0U);
    EXPECT_EQ(report.commits, 0U);
    EXPECT_EQ(graph->version(), Version{});
}

TEST(CollectTest, FollowsEveryKindOfReference) {
    const NodeSizes sizes(4);
    const Graph graph;
    std::vector<ObjectId> ends;
    const auto end = [&] { return ends.emplace_back(graph.make()); };
    Content refs, structs;
    for (std::uint64_t i = 0; i < 20; ++i) {
        refs.emplace(number(i), word(end().value));
        structs.emplace(number(i), knot_value({.next = end(), .others = {end(), end()}}));
    }
    // Large values: objects of their own, whose bytes refer as well.
    Links many;
    for (int i = 0; i < 300; ++i) many.others.push_back(end());
    structs.emplace(number(100), knot_value(many));
    const ObjectId of_refs = graph.make_tree(kKnots, refs);
    const ObjectId of_structs = graph.make_tree(kKnotStructs, structs);
    const ObjectId forest = graph.make_tree(kForest, {{number(1), word(of_refs.value)}});
    ends.insert(ends.end(), {of_refs, of_structs, forest});
    const ObjectId top = graph.make({.next = end(), .others = {end(), end()}, .tree = forest});
    const ObjectId side = graph.make({.tree = of_structs});
    ends.insert(ends.end(), {top, side});
    graph.name("top", top);
    graph.name("an odd name", side);
    const auto before = graph.alive();
    EXPECT_EQ(before.size(), ends.size());
    EXPECT_EQ(graph.collect().objects_erased, 0U);
    EXPECT_EQ(graph.alive(), before);

    graph.unname("an odd name");
    const GcReport report = graph.collect();
    EXPECT_EQ(report.trees_erased, 1U);
    EXPECT_EQ(report.objects_erased, 1U + 60U + 300U);
    EXPECT_TRUE(graph.has(of_refs));
    EXPECT_TRUE(graph.verify().ok());
    graph.unname("top");
    graph.collect();
    EXPECT_TRUE(graph.alive().empty());
    settle(graph);
    EXPECT_EQ(graph.rows_of(kLeafType), 0U);
    EXPECT_EQ(graph.rows_of(kLargeValueType), 0U);
}

TEST(CollectTest, CyclesGoAsAWholeAndStayAsAWhole) {
    const Graph graph;
    const ObjectId a = graph.make();
    const ObjectId b = graph.make({.next = a});
    graph.link(a, {.next = b, .others = {a}});
    graph.name("ring", a);
    graph.collect();
    EXPECT_EQ(graph.alive().size(), 2U);
    graph.unname("ring");
    graph.collect();
    EXPECT_TRUE(graph.alive().empty());
}

TEST(CollectTest, DanglingReferencesLeadNowhere) {
    const Graph graph;
    const ObjectId gone = graph.make();
    const ObjectId holder = graph.make({.next = gone, .others = {ObjectId{~std::uint64_t{0}}}});
    graph.name("holder", holder);
    Transaction transaction = graph.begin();
    erase(transaction, gone);
    transaction.commit();
    EXPECT_EQ(graph.collect().objects_erased, 0U);
    EXPECT_TRUE(graph.has(holder));
}

TEST(CollectTest, ALargeTreeGoesInPieces) {
    const NodeSizes sizes(8);
    const Graph graph;
    Content entries;
    for (std::uint64_t i = 0; i < 1000; ++i) entries.emplace(number(i), word(1));
    graph.make_tree(kKnots, entries);
    const ObjectId texts = graph.make_tree(
        kTexts, {{"a", std::string(5000, 'a')}, {"b", std::string(5000, 'b')}, {"c", "c"}});
    std::size_t largest = 0;
    graph.disk->on_write([&](const core::Batch& batch) {
        largest = std::max(largest, batch.puts.size() + batch.erases.size());
    });
    const GcReport report = graph.collect({}, {.work_per_commit = 50, .bytes_per_commit = 6000});
    EXPECT_EQ(report.trees_erased, 2U);
    EXPECT_EQ(report.entries_erased, 1003U);
    EXPECT_GE(report.commits, 20U);
    EXPECT_LT(largest, 200U);
    EXPECT_FALSE(graph.has(texts));
    EXPECT_TRUE(graph.alive().empty());
    EXPECT_TRUE(graph.verify().ok());
    settle(graph);
    EXPECT_EQ(graph.rows_of(kLargeValueType), 0U);
}

TEST(CollectTest, ObjectsGoInCommitsOfBoundedSize) {
    const Graph graph;
    for (int i = 0; i < 95; ++i) static_cast<void>(graph.make());
    const GcReport report = graph.collect({}, {.work_per_commit = 10});
    EXPECT_EQ(report.objects_erased, 95U);
    EXPECT_EQ(report.commits, 10U);
}

TEST(CollectTest, OldSnapshotsStillShowWhatIsErased) {
    const Graph graph;
    const ObjectId lost = graph.make();
    const Snapshot before = graph->snapshot();
    graph.collect();
    EXPECT_FALSE(graph.has(lost));
    EXPECT_TRUE(before.find(lost));
    graph->trim_cache();
    EXPECT_TRUE(before.find(lost));
}

TEST(CollectTest, WorksWhenNothingIsOnDiskYet) {
    StoreOptions options;
    options.durability = Durability::deferred;
    options.flush_interval = std::chrono::hours{1};
    const Graph graph(options);
    const ObjectId lost = graph.make();
    const ObjectId kept = graph.make();
    graph.name("kept", kept);
    EXPECT_EQ(graph.collect().objects_erased, 1U);
    EXPECT_FALSE(graph.has(lost));
    EXPECT_TRUE(graph.has(kept));
}

TEST(CollectTest, TellsItsProgressUpToTheEnd) {
    const Graph graph;
    for (int i = 0; i < 300; ++i) static_cast<void>(graph.make());
    std::uint64_t last = 0, end = 0;
    int calls = 0;
    graph.collect([&](std::uint64_t done, std::uint64_t total) {
        EXPECT_LE(last, done);
        EXPECT_LE(done, total);
        last = done;
        end = total;
        ++calls;
        return true;
    });
    EXPECT_EQ(last, end);
    EXPECT_GT(calls, 3);
}

TEST(CollectTest, CancelledItKeepsWhatIsErasedAndMayBeginAnew) {
    for (int allowed = 0; allowed < 12; ++allowed) {
        const Graph graph;
        const ObjectId kept = graph.make();
        graph.name("kept", kept);
        for (int i = 0; i < 30; ++i) static_cast<void>(graph.make());
        int calls = 0;
        EXPECT_THROW(static_cast<void>(graph.collect(
                         [&](std::uint64_t, std::uint64_t) { return ++calls <= allowed; },
                         {.work_per_commit = 7, .tell_every = 4})),
                     CancelledError)
            << allowed;
        EXPECT_TRUE(graph.has(kept));
        EXPECT_TRUE(graph.verify().ok());
        graph.collect();
        EXPECT_EQ(graph.alive(), std::set{kept.value});
    }
}

TEST(CollectTest, DamageWhereItLeadsStopsItBeforeAnythingIsErased) {
    const Graph graph;
    const ObjectId end = graph.make();
    const ObjectId top = graph.make({.next = end});
    const ObjectId lost = graph.make();
    graph.name("top", top);
    for (const auto& [key, type] : graph.rows())
        if (key.id == top)
            graph.disk->damage_row(key, [](std::span<core::Word> words) { words.back() ^= 1; });
    graph->trim_cache();
    EXPECT_THROW(graph.collect(), CorruptionError);
    EXPECT_TRUE(graph.has(lost));
    EXPECT_TRUE(graph.has(end));
}

TEST(CollectTest, ATypeWithoutASchemaStopsItToo) {
    const Graph graph;
    Transaction transaction = graph.begin();
    const auto [id, message] = transaction.create(0x1234);
    message.initRoot<Knot>();
    set_root(transaction, "odd", id);
    transaction.commit();
    EXPECT_THROW(graph.collect(), CorruptionError);
}

TEST(CollectTest, AReadOnlyStoreRefuses) {
    auto first = std::make_unique<MemoryStorage>();
    auto again = first->reopen();
    StoreOptions options;
    options.read_only = true;
    const Machine machine(options, std::move(again));
    EXPECT_THROW(collect_garbage(machine->snapshot(), {}), UsageError);
    EXPECT_NO_THROW(plan_garbage(machine->snapshot(), {}));
}

TEST(CollectTest, APlanWritesNothing) {
    const Graph graph;
    const ObjectId lost = graph.make();
    graph.make_tree(kKnots, {{number(1), word(lost.value)}});
    graph.name("kept", graph.make());
    const Version before = graph->version();
    const GcReport plan = plan_garbage(graph->snapshot(), {});
    EXPECT_EQ(graph->version(), before);
    EXPECT_EQ(plan.objects_erased, 1U);
    EXPECT_EQ(plan.trees_erased, 1U);
    EXPECT_EQ(plan.entries_erased, 1U);
    EXPECT_EQ(plan.commits, 0U);
    const GcReport report = graph.collect();
    EXPECT_EQ(report.objects_erased, plan.objects_erased);
    EXPECT_EQ(report.trees_erased, plan.trees_erased);
}

TEST(CollectTest, AFailedWriteEndsItAndLosesNothing) {
    const Graph graph;
    const ObjectId lost = graph.make();
    const ObjectId kept = graph.make();
    graph.name("kept", kept);
    graph.disk->fail_write(1, core::memory::Failure::clean);
    EXPECT_THROW(graph.collect(), StorageError);
    EXPECT_TRUE(graph.has(lost));
    graph.link(lost, {.next = kept});  // it is an object like others again
    EXPECT_EQ(graph.collect().objects_erased, 1U);
}

TEST(CollectTest, ACrashInTheMiddleLeavesAWholeStore) {
    using core::memory::Failure;
    const NodeSizes sizes(4);
    bool completed = false;
    for (std::size_t nth = 1; !completed; ++nth) {
        for (const Failure failure : {Failure::in_doubt, Failure::in_doubt_stored}) {
            const Graph graph;
            const ObjectId kept = graph.make();
            graph.name("kept", kept);
            Content entries;
            for (std::uint64_t i = 0; i < 40; ++i)
                entries.emplace(number(i), word(graph.make().value));
            graph.make_tree(kKnots, entries);
            graph.disk->fail_write(nth, failure);
            try {
                graph.collect({}, {.work_per_commit = 6});
                completed = true;
            } catch (const StorageError&) {
            }
            const Graph after(graph.disk->reopen());
            const VerifyReport report = after.verify();
            for (const Fault& fault : report.faults) ADD_FAILURE() << nth << ": " << fault.what;
            EXPECT_TRUE(after.has(kept));
            after.collect();
            EXPECT_EQ(after.alive(), std::set{kept.value});
            EXPECT_TRUE(after.verify().ok());
        }
        ASSERT_LT(nth, 100U);
    }
}

}  // namespace
}  // namespace vitrine::btree
