#include <gtest/gtest.h>

#include "btree/reach_paths.hpp"
#include "core/record.hpp"
#include "tests/btree/graph.hpp"

// What verification says of the whole: paths, what is unreachable, what nobody leads to, the past.

namespace vitrine::btree {
namespace {

using namespace test;

class VerifyReachTest : public testing::Test {
  protected:
    core::RowKey row(ObjectId id) {
        for (const auto& [key, type] : graph_.rows())
            if (key.id == id) return key;
        throw std::runtime_error("no row");
    }
    core::Batch batch() {
        core::Batch batch;
        const core::StorageState state = graph_.disk->state();
        batch.newest = state.newest;
        batch.time = state.time;
        batch.next_object_id = state.next_object_id;
        batch.history = state.history;
        return batch;
    }
    /// Puts a row there, with a checksum that fits: only verify can tell.
    void put_row(core::RowKey key, core::TypeId type, core::Words payload) {
        std::vector<core::Word> value{
            type, core::checksum_row(key.id, key.version, type, core::hash_payload(payload))};
        value.insert(value.end(), payload.begin(), payload.end());
        core::Batch one = batch();
        one.puts.push_back({key.id, key.version, value});
        graph_.disk->write(one);
        graph_->trim_cache();
    }
    void flip(ObjectId id) {
        ASSERT_TRUE(graph_.disk->damage_row(
            row(id), [](std::span<core::Word> words) { words.back() ^= 1; }));
        graph_->trim_cache();
    }
    void expect_fault(ObjectId id, std::string_view words, std::string_view path = "") {
        const VerifyReport report = graph_.verify();
        std::string all;
        for (const Fault& fault : report.faults) all += fault.what + "\n";
        ASSERT_EQ(report.faults.size(), 1U) << all;
        EXPECT_EQ(report.faults[0].object, core::to_ref(id));
        EXPECT_NE(all.find(words), std::string::npos) << all;
        EXPECT_EQ(report.faults[0].path, path);
    }

    const Graph graph_;
};

TEST_F(VerifyReachTest, NamesADamagedObjectByAWayFromARoot) {
    const ObjectId broken = graph_.make();
    const ObjectId middle = graph_.make({.others = {graph_.make(), broken}});
    const std::string value = knot_value({.next = middle});
    fill(graph_, "accounts", kKnotStructs, {{number(7), value}});
    EXPECT_TRUE(graph_.verify().ok());
    flip(broken);
    expect_fault(broken, "checksum", "accounts[7].next.others[1]");
}

TEST_F(VerifyReachTest, NamesADamagedPartOfATreeByTheWayToTheTree) {
    const NodeSizes sizes(4);
    Content entries;
    for (std::uint64_t i = 0; i < 40; ++i) entries.emplace(number(i), word(0));
    const ObjectId tree = graph_.make_tree(kKnots, entries);
    ObjectId leaf;
    for (const auto& [key, type] : graph_.rows())
        if (type == kLeafType) leaf = key.id;
    graph_.name("top", graph_.make({.tree = tree}));
    graph_->trim_cache();
    flip(leaf);
    expect_fault(leaf, "checksum", "top.tree");
}

TEST_F(VerifyReachTest, DanglingReferencesHaveTheirWayToo) {
    const ObjectId gone = graph_.make();
    graph_.name("an odd name", graph_.make({.next = graph_.make({.others = {gone}})}));
    const ObjectId loose = graph_.make({.next = gone});
    fill(graph_, "tree", kKnots, {{number(3), word(gone.value)}});
    Transaction transaction = graph_.begin();
    erase(transaction, gone);
    transaction.commit();
    const VerifyReport report = graph_.verify();
    EXPECT_TRUE(report.ok());
    std::set<std::string> paths;
    for (const DanglingReference& dangling : report.dangling_references) {
        paths.insert(dangling.path);
        EXPECT_EQ(dangling.target, core::to_ref(gone));
        if (dangling.path == "tree[3]") {
            EXPECT_EQ(dangling.object, core::to_ref(find_root(graph_->snapshot(), "tree")->id));
        } else if (dangling.path == "next") {
            EXPECT_EQ(dangling.object, core::to_ref(loose));
        }
    }
    EXPECT_EQ(paths,
              (std::set<std::string>{"[\"an odd name\"].next.others[0]", "next", "tree[3]"}));
}

TEST_F(VerifyReachTest, CountsAndListsWhatNoRootLeadsTo) {
    graph_.name("kept", graph_.make());
    std::vector<AnyRef> lost;
    lost.push_back(core::to_ref(graph_.make()));
    lost.push_back(core::to_ref(graph_.make_tree(kKnots, {{number(1), word(lost[0].id())}})));
    const VerifyReport report = graph_.verify();
    EXPECT_TRUE(report.ok());
    EXPECT_EQ(report.unreachable_objects, 2U);
    EXPECT_EQ(report.unreachable, lost);
    graph_.collect();
    EXPECT_EQ(graph_.verify().unreachable_objects, 0U);
}

TEST_F(VerifyReachTest, FindsAPartThatNoTreeLeadsTo) {
    const ObjectId tree = graph_.make_tree(kTexts, {{"a", std::string(3000, 'a')}, {"b", "b"}});
    graph_.name("tree", tree);
    const ObjectId orphan = graph_->allocate_id();
    put_row({orphan, graph_->version()}, kLargeValueType, build_large_value(bytes("nobody's")));
    expect_fault(orphan, "no tree leads to it");
}

TEST_F(VerifyReachTest, PartsThatAreKeptForOldSnapshotsAreNoFault) {
    const NodeSizes sizes(4);
    Content entries;
    for (std::uint64_t i = 0; i < 40; ++i) entries.emplace(number(i), word(0));
    graph_.make_tree(kKnots, entries);
    const ObjectId texts = graph_.make_tree(kTexts, {{"a", std::string(3000, 'a')}});
    const Snapshot before = graph_->snapshot();
    graph_.collect();
    EXPECT_TRUE(before.find(texts));
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(graph_.verify().ok());
        graph_->trim_cache();
    }
    // Nor in a process that knows of no snapshot.
    const Graph after(graph_.disk->reopen());
    const VerifyReport report = after.verify();
    for (const Fault& fault : report.faults) ADD_FAILURE() << fault.what;
    EXPECT_GT(report.kept, 0U);
}

TEST_F(VerifyReachTest, FindsARecordThatDoesNotFitItsType) {
    const ObjectId id = graph_.make();
    graph_.name("knot", id);
    // Where the list of references should be, there is a struct.
    mvcc::WorkingCopy copy;
    auto odd = copy.message().initRoot<capnp::AnyPointer>().initAsAnyStruct(1, 4);
    odd.getPointerSection()[1].initAsAnyStruct(1, 0);
    put_row(row(id), capnp::typeId<Knot>(), copy.flatten());
    expect_fault(id, "others", "knot");
}

TEST_F(VerifyReachTest, FindsDamageInARowThatOnlyOldSnapshotsShow) {
    const ObjectId id = graph_.make();
    graph_.name("knot", id);
    const Snapshot before = graph_->snapshot();
    const core::RowKey old = row(id);
    graph_.link(id, {.next = id});
    settle(graph_);
    graph_->trim_cache();
    mvcc::WorkingCopy copy;
    auto odd = copy.message().initRoot<capnp::AnyPointer>().initAsAnyStruct(1, 4);
    odd.getPointerSection()[1].initAsAnyStruct(1, 0);
    put_row(old, capnp::typeId<Knot>(), copy.flatten());
    const VerifyReport report = graph_.verify();
    ASSERT_EQ(report.faults.size(), 1U);
    EXPECT_EQ(report.faults[0].version, old.version);
    EXPECT_EQ(report.faults[0].path, "knot");
}

TEST_F(VerifyReachTest, FindsAKeptRowThatIsLost) {
    const ObjectId id = graph_.make();
    const Snapshot before = graph_->snapshot();
    const core::RowKey old = row(id);
    graph_.link(id, {.next = id});
    settle(graph_);
    ASSERT_TRUE(graph_.disk->drop_row(old));
    expect_fault(id, "missing");
}

TEST_F(VerifyReachTest, FindsAKeptRowWithAWrongInterval) {
    const ObjectId id = graph_.make();
    graph_.link(id, {.next = id});
    const core::RowKey newest = row(id);
    core::Batch wrong = batch();
    wrong.keep.push_back({newest.version, newest, newest.version});
    graph_.disk->write(wrong);
    expect_fault(id, "not in its interval");
}

TEST_F(VerifyReachTest, FindsRowsThatCannotBe) {
    const ObjectId id = graph_.make();
    graph_.name("knot", id);
    const std::vector<core::Word> payload(1, 0);
    put_row({ObjectId{100'000}, graph_->version()}, capnp::typeId<Knot>(), payload);
    const VerifyReport report = graph_.verify();
    ASSERT_EQ(report.faults.size(), 1U);
    EXPECT_NE(report.faults[0].what.find("never given out"), std::string::npos);
    put_row({id, Version{1000}}, capnp::typeId<Knot>(), payload);
    EXPECT_EQ(graph_.verify().faults.size(), 2U);
}

TEST_F(VerifyReachTest, FindsALogThatDoesNotRise) {
    for (int i = 0; i < 3; ++i) graph_.name("knot", graph_.make());
    core::Batch wrong = batch();
    const core::Time now = wrong.time;
    wrong.commits.push_back({Version{1}, now, "", {}});
    wrong.commits.push_back({Version{2}, now, "", {}});
    graph_.disk->write(wrong);
    const VerifyReport report = graph_.verify();
    ASSERT_FALSE(report.ok());
    EXPECT_NE(report.faults[0].what.find("not later"), std::string::npos);
}

TEST_F(VerifyReachTest, AVeryLongWayIsCutInItsMiddle) {
    ObjectId id = graph_.make();
    const ObjectId end = id;
    for (int i = 0; i < 200; ++i) id = graph_.make({.next = id});
    graph_.name("list", id);
    const auto paths = paths_from_roots(graph_->snapshot(), {end});
    const std::string& path = paths.at(end);
    EXPECT_EQ(path.find("list.next.next"), 0U);
    EXPECT_NE(path.find("…"), std::string::npos);
    EXPECT_LT(path.size(), 250U);
}

TEST_F(VerifyReachTest, AWayIsCutOnlyWhereThatMakesItShorter) {
    ObjectId id = graph_.make();
    const ObjectId end = id;
    const auto is_cut = [&] {
        graph_.name("list", id);
        return paths_from_roots(graph_->snapshot(), {end}).at(end).find("…") != std::string::npos;
    };
    const auto prolong = [&](int links) {
        for (int i = 0; i < links; ++i) id = graph_.make({.next = id});
    };
    prolong(28);
    EXPECT_FALSE(is_cut());
    prolong(12);
    EXPECT_TRUE(is_cut());
}

TEST_F(VerifyReachTest, TellsItsProgressThroughBothPasses) {
    ObjectId id = graph_.make();
    for (int i = 0; i < 300; ++i) id = graph_.make({.next = id});
    graph_.name("list", id);
    std::uint64_t last = 0, end = 0;
    static_cast<void>(
        btree::verify(graph_->snapshot(), [&](std::uint64_t done, std::uint64_t total) {
            EXPECT_GE(done, last);
            EXPECT_LE(done, total);
            last = done;
            end = total;
            return true;
        }));
    EXPECT_GT(last, end / 2 + end / 4) << "the second pass counts too";
}

TEST_F(VerifyReachTest, WhoRefersListsEveryReference) {
    const ObjectId target = graph_.make();
    const ObjectId one = graph_.make({.next = target, .others = {ObjectId{}, target}});
    const ObjectId tree = graph_.make_tree(kKnots, {{number(5), word(target.value)}});
    const ObjectId structs =
        graph_.make_tree(kKnotStructs, {{number(6), knot_value({.next = target})}});
    graph_.name("target", target);
    static_cast<void>(graph_.make({.next = one}));
    std::set<std::pair<std::uint64_t, std::string>> found;
    for (const Reference& reference : who_refers(graph_->snapshot(), target))
        found.emplace(reference.from.value, reference.path);
    EXPECT_EQ(found,
              (std::set<std::pair<std::uint64_t, std::string>>{{1, "target"},
                                                               {one.value, "next"},
                                                               {one.value, "others[1]"},
                                                               {tree.value, "[5]"},
                                                               {structs.value, "[6].next"}}));
    EXPECT_TRUE(who_refers(graph_->snapshot(), tree).empty());
}

}  // namespace
}  // namespace vitrine::btree
