#include "btree/verify.hpp"

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "btree/inner.hpp"
#include "btree/leaf.hpp"
#include "btree/tree_header.hpp"
#include "core/record.hpp"
#include "tests/btree/fixture.hpp"

// Every kind of damage is found, and named; what is read by a damaged part is an error, never a
// missing key.

namespace vitrine::btree {
namespace {

using namespace test;

using Words = core::WordBuffer;

class VerifyTest : public testing::Test {
  protected:
    VerifyTest() {
        fill(machine_, "tree", kNumbers, numbers(0, 40));
        tree_ = find_root(machine_->snapshot(), "tree")->id;
        machine_->trim_cache();
    }

    /// The newest row of an object.
    core::RowKey row(core::ObjectId id) {
        for (const auto& [key, type] : machine_.rows())
            if (key.id == id) return key;
        throw std::runtime_error("no row");
    }
    Words payload(core::ObjectId id) {
        Words words;
        machine_->storage().read(id, row(id).version, [&](Version, core::Words found) {
            words.assign(found.begin() + core::kRowHeaderWords, found.end());
        });
        return words;
    }
    TreeHeaderView header() {
        header_ = payload(tree_);
        return view_tree_header(header_);
    }
    /// The first or last node on the lowest or highest level.
    core::ObjectId root() { return core::ObjectId{header().root}; }
    core::ObjectId leaf(bool last = false) {
        core::ObjectId id = root();
        for (std::uint32_t height = header().height; height > 1; --height) {
            const Words words = payload(id);
            const InnerView inner = view_inner(words);
            id = core::ObjectId{inner.children[last ? inner.count - 1 : 0]};
        }
        return id;
    }
    /// Puts another payload in the row's place, with a checksum that fits: only verify can tell.
    void forge(core::ObjectId id, core::TypeId type, const Words& words) {
        const core::RowKey key = row(id);
        Words value{type, core::checksum_row(key.id, key.version, type, core::hash_payload(words))};
        value.insert(value.end(), words.begin(), words.end());
        core::Batch batch;
        const core::StorageState state = machine_.disk->state();
        batch.newest = state.newest;
        batch.time = state.time;
        batch.next_object_id = state.next_object_id;
        batch.puts.push_back({key.id, key.version, value});
        machine_.disk->write(batch);
        machine_->trim_cache();
    }
    void flip(core::ObjectId id) {
        ASSERT_TRUE(machine_.disk->damage_row(
            row(id), [](std::span<core::Word> words) { words.back() ^= 1; }));
        machine_->trim_cache();
    }
    /// Verification finds exactly one fault, which says this of this object.
    void expect_fault(core::ObjectId id, std::string_view words) {
        const VerifyReport report = machine_.verify();
        std::string all;
        for (const Fault& fault : report.faults)
            all += std::to_string(fault.version.value()) + ": " + fault.what + "\n";
        ASSERT_EQ(report.faults.size(), 1U) << all;
        EXPECT_EQ(report.faults[0].object, core::to_ref(id)) << report.faults[0].what;
        EXPECT_NE(report.faults[0].what.find(words), std::string::npos) << report.faults[0].what;
        EXPECT_FALSE(report.ok());
    }
    void expect_corruption(std::uint64_t key) {
        const auto tree = open_tree(machine_->snapshot(), tree_, kNumbers);
        EXPECT_THROW(static_cast<void>(tree->contains(bytes(number(key)))), CorruptionError);
        EXPECT_THROW(static_cast<void>(tree->find(bytes(number(key)))), CorruptionError);
        EXPECT_THROW(content(*tree), CorruptionError);
    }

    const NodeSizes sizes_{4};
    const Machine machine_;
    core::ObjectId tree_;
    Words header_;
};

TEST_F(VerifyTest, ACleanStoreHasNoFault) {
    const VerifyReport report = machine_.verify();
    EXPECT_TRUE(report.ok());
    EXPECT_EQ(report.trees, 1U);
    EXPECT_EQ(report.roots, 1U);
    EXPECT_EQ(report.entries, 41U);  // the catalog's too
    EXPECT_EQ(report.versions, machine_.rows().size());
    EXPECT_GT(header().height, 2U);
}

TEST_F(VerifyTest, FindsAWrongCount) {
    TreeHeaderView wrong = header();
    ++wrong.count;
    forge(tree_, kTreeHeaderType, build_tree_header(wrong));
    expect_fault(tree_, "has 40 entries and says 41");
}

TEST_F(VerifyTest, FindsKeysOutOfOrder) {
    const core::ObjectId id = leaf();
    Words words = payload(id);
    const LeafView view = view_leaf(words);
    const auto first = static_cast<std::size_t>(view.heads - words.data());
    std::swap(words[first], words[first + 1]);
    forge(id, kLeafType, words);
    expect_fault(id, "tree #" + std::to_string(tree_.value));
}

TEST_F(VerifyTest, FindsAKeyInAnotherPartOfTheTree) {
    const core::ObjectId id = leaf();
    const std::string key = number(1000), value = word(1);
    const Entry entry{bytes(key), bytes(value), false};
    forge(id, kLeafType, build_leaf(std::span(&entry, 1), {}));
    expect_fault(id, "outside of its part");
}

TEST_F(VerifyTest, FindsALeafOfAnotherKind) {
    const core::ObjectId id = leaf();
    const std::string key = number(0);
    const Entry entry{bytes(key), {}, false};
    forge(id, kLeafType, build_leaf(std::span(&entry, 1), {true, ValueForm::none}));
    expect_fault(id, "of another kind");
}

TEST_F(VerifyTest, FindsAnEmptyLeaf) {
    const core::ObjectId id = leaf();
    forge(id, kLeafType, build_leaf({}, {}));
    expect_fault(id, "empty");
}

TEST_F(VerifyTest, FindsSeparatorsOutOfOrder) {
    const core::ObjectId id = root();
    const std::string low = number(20), high = number(10);
    const Words words = payload(id);
    InnerChildren all = children_of(view_inner(words));
    const std::vector<Child> wrong{{bytes(""), all.children.front().id},
                                   {bytes(low), all.children.back().id},
                                   {bytes(high), all.children.back().id}};
    forge(id, kInnerType, build_inner(wrong, true));
    expect_fault(id, "tree #");
}

TEST_F(VerifyTest, FindsALostLeaf) {
    const core::ObjectId id = leaf();
    ASSERT_TRUE(machine_.disk->drop_row(row(id)));
    machine_->trim_cache();
    expect_fault(id, "missing");
    expect_corruption(0);
    // The rest can still be read.
    const auto tree = open_tree(machine_->snapshot(), tree_, kNumbers);
    EXPECT_TRUE(tree->contains(bytes(number(39))));
    EXPECT_EQ(content(*tree, {.low = key_bytes(number(30))}).size(), 10U);
}

TEST_F(VerifyTest, FindsALostRoot) {
    const core::ObjectId id = root();
    ASSERT_TRUE(machine_.disk->drop_row(row(id)));
    machine_->trim_cache();
    expect_fault(id, "missing");
    expect_corruption(39);
}

TEST_F(VerifyTest, FindsAFlippedBit) {
    const core::ObjectId id = leaf(true);
    flip(id);
    expect_fault(id, "checksum");
    expect_corruption(39);
}

TEST_F(VerifyTest, FindsAnObjectInTheWrongPlace) {
    TreeHeaderView wrong = header();
    wrong.root = tree_.value;
    forge(tree_, kTreeHeaderType, build_tree_header(wrong));
    expect_fault(tree_, "in the place of a node");
}

TEST_F(VerifyTest, FindsANodeOnTheWrongLevel) {
    TreeHeaderView wrong = header();
    ++wrong.height;
    forge(tree_, kTreeHeaderType, build_tree_header(wrong));
    const VerifyReport report = machine_.verify();
    ASSERT_FALSE(report.ok());
    EXPECT_NE(report.faults[0].what.find("wrong level"), std::string::npos);
}

TEST_F(VerifyTest, DamageInATransactionIsAnErrorToo) {
    const core::ObjectId id = leaf();
    ASSERT_TRUE(machine_.disk->drop_row(row(id)));
    machine_->trim_cache();
    Transaction transaction = machine_.begin();
    const auto tree = edit_tree(transaction, tree_, kNumbers);
    EXPECT_THROW(static_cast<void>(tree->find(bytes(number(0)))), CorruptionError);
    EXPECT_THROW(static_cast<void>(tree->cursor({})), CorruptionError);
    tree->put(bytes(number(39)), bytes(word(7)));  // elsewhere: that still goes
    EXPECT_NO_THROW(transaction.commit());
    Transaction other = machine_.begin();
    edit_tree(other, tree_, kNumbers)->put(bytes(number(0)), bytes(word(7)));
    EXPECT_THROW(other.commit(), CorruptionError);
    EXPECT_TRUE(tree_in(machine_->snapshot(), "tree", kNumbers)->contains(bytes(number(39))));
}

TEST_F(VerifyTest, AFailedCursorIsValidatedAtTheCommitWithoutIt) {
    // The cursor could not be made; what it would have recorded must not be asked for later.
    const core::ObjectId id = leaf();
    const core::RowKey key = row(id);
    Transaction transaction = machine_.begin();
    const auto tree = edit_tree(transaction, tree_, kNumbers);
    ASSERT_TRUE(machine_.disk->drop_row(key));
    machine_->trim_cache();
    EXPECT_THROW(static_cast<void>(tree->cursor({})), CorruptionError);
    tree->put(bytes(number(39)), bytes(word(7)));
    fill(machine_, "tree", kNumbers, {{number(38), word(1)}});
    EXPECT_THROW(transaction.commit(), Error);
}

class VerifyLargeTest : public VerifyTest {
  protected:
    core::ObjectId make_large() {
        fill(machine_, "texts", kTexts, {{"a", std::string(3000, 'a')}, {"b", "b"}});
        machine_->trim_cache();
        for (const auto& [key, type] : machine_.rows())
            if (type == kLargeValueType) return key.id;
        throw std::runtime_error("no large value");
    }
};

TEST_F(VerifyLargeTest, FindsALostLargeValue) {
    const core::ObjectId id = make_large();
    EXPECT_TRUE(machine_.verify().ok());
    ASSERT_TRUE(machine_.disk->drop_row(row(id)));
    machine_->trim_cache();
    expect_fault(id, "a large value");
    const auto tree = tree_in(machine_->snapshot(), "texts", kTexts);
    EXPECT_THROW(static_cast<void>(tree->find(bytes("a"))), CorruptionError);
    EXPECT_TRUE(tree->contains(bytes("a")));
    EXPECT_EQ(text(tree->find(bytes("b"))->bytes), "b");
    const auto cursor = tree->cursor({});
    EXPECT_THROW(static_cast<void>(cursor->value()), CorruptionError);
}

TEST_F(VerifyLargeTest, ACommitThatMeetsALargeValueOfAnotherSizeSaysSo) {
    const core::ObjectId id = make_large();
    Transaction transaction = machine_.begin();
    const auto tree = edit_tree(transaction, "texts", kTexts);
    EXPECT_TRUE(tree->find(bytes("a")));
    tree->put(bytes("c"), bytes("c"));
    fill(machine_, "texts", kTexts, {{"b", "other"}});  // so that "a" has to be compared
    forge(id, kLargeValueType, build_large_value(bytes("short")));
    EXPECT_THROW(transaction.commit(), CorruptionError) << "no conflict: nobody wrote this";
}

TEST_F(VerifyLargeTest, FindsALargeValueOfAnotherSize) {
    const core::ObjectId id = make_large();
    forge(id, kLargeValueType, build_large_value(bytes("short")));
    expect_fault(id, "a large value");
    EXPECT_THROW(
        static_cast<void>(tree_in(machine_->snapshot(), "texts", kTexts)->find(bytes("a"))),
        CorruptionError);
}

TEST(VerifyReferencesTest, AReferenceToAnErasedTreeIsListedApart) {
    const TreeKind refs{"u64", "tree u64 -> i64", true, ValueForm::word};
    const Machine machine;
    Transaction make = machine.begin();
    const core::ObjectId target = create_tree(make, kNumbers);
    edit_tree(make, "refs", refs)->put(bytes(number(7)), bytes(word(target.value)));
    make.commit();
    EXPECT_TRUE(machine.verify().dangling_references.empty());
    Transaction transaction = machine.begin();
    erase(transaction, target);
    transaction.commit();
    const VerifyReport report = machine.verify();
    EXPECT_TRUE(report.ok());
    ASSERT_EQ(report.dangling_references.size(), 1U);
    EXPECT_EQ(report.dangling_references[0].target, core::to_ref(target));
    EXPECT_EQ(report.dangling_references[0].path, "refs[7]");
}

TEST(VerifyReferencesTest, ARootOfAnErasedTreeIsListedApart) {
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 3));
    Transaction transaction = machine.begin();
    erase(transaction, find_root(machine->snapshot(), "tree")->id);
    transaction.commit();
    const VerifyReport report = machine.verify();
    EXPECT_TRUE(report.ok());
    ASSERT_EQ(report.dangling_references.size(), 1U);
    EXPECT_EQ(report.dangling_references[0].path, "tree");
}

TEST(VerifyProgressTest, StopsWhenItIsTold) {
    const NodeSizes sizes(3);
    const Machine machine;
    fill(machine, "tree", kNumbers, numbers(0, 1000));
    int calls = 0;
    EXPECT_THROW(btree::verify(machine->snapshot(),
                               [&](std::uint64_t done, std::uint64_t total) {
                                   EXPECT_LE(done, total);
                                   return ++calls < 3;
                               }),
                 CancelledError);
    EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace vitrine::btree
