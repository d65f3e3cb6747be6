#include "btree/references.hpp"

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "btree/reach.hpp"
#include "tests/btree/fixture.hpp"

namespace vitrine::btree::test {
namespace {

ObjectId root_id(const Snapshot& snapshot, std::string_view name) {
    return find_root(snapshot, name).value().id;
}

TEST(ReferencesTest, AReferenceThatIsNoWordIsDamage) {
    const Machine machine;
    fill(machine, "odd", {"string", "ref 0x1", false, ValueForm::bytes}, {{"key", "abc"}});
    const Snapshot snapshot = machine->snapshot();
    References references(snapshot);
    const ObjectId tree = root_id(snapshot, "odd");
    EXPECT_THROW(references.targets(tree, [](std::span<const ObjectId>) {}), CorruptionError);
    EXPECT_THROW(references.visit(tree, [](const Reference&) {}), CorruptionError);
}

// Who follows references says so after each part of a large tree: progress, and a way to stop.
TEST(ReferencesTest, ALargeTreeIsFollowedInParts) {
    const Machine machine;
    fill(machine, "target", kNumbers, numbers(0, 1));
    const std::uint64_t target = root_id(machine->snapshot(), "target").value;
    Content all;
    for (std::uint64_t i = 0; i < 1000; ++i) all.emplace(number(i), word(target));
    fill(machine, "references", {"u64", "ref 0x1", true, ValueForm::word}, all);
    mvcc::MarkSet marks(machine->next_object_id());
    int told = 0;
    const auto count = [&] { ++told; };
    Reach reach(machine->snapshot(), marks, count);
    reach.start();
    while (reach.step()) {
    }
    EXPECT_GE(told, 4);
    EXPECT_TRUE(marks.marked(ObjectId{target}));
}

}  // namespace
}  // namespace vitrine::btree::test
