#include "btree/salvage.hpp"

#include <random>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "btree/salvage_walk.hpp"
#include "core/lmdb/lmdb_storage.hpp"
#include "core/record.hpp"
#include "tests/btree/fixture.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::btree::test {
namespace {

constexpr auto kGoOn = [](std::uint64_t, std::uint64_t) { return true; };

class SalvageTest : public ::testing::Test {
  protected:
    static std::unique_ptr<core::Storage> open(const std::filesystem::path& path) {
        return core::lmdb::open(path, {.map_bytes = std::uint64_t{1} << 30});
    }
    /// Two trees, deep for what they hold; some values are large.
    void make() {
        const Machine machine(open(file));
        fill(machine, "numbers", kNumbers, all_numbers);
        for (std::uint64_t i = 0; i < 300; ++i) {
            const std::string key = "key-" + std::to_string(1000 + i);
            all_texts[key] = std::string(i % 50 == 7 ? 3000 : 20, static_cast<char>('a' + i % 26));
        }
        fill(machine, "texts", kTexts, all_texts);
        settle(machine);
        machine->flush();
    }
    /// Takes rows of some objects away, as damage does.
    void lose(const std::vector<ObjectId>& ids) const {
        const auto storage = open(file);
        core::Batch batch;
        const core::StorageState state = storage->state();
        batch.newest = state.newest;
        batch.time = state.time;
        batch.next_object_id = state.next_object_id;
        storage->scan(std::nullopt, core::Storage::kUnlimited, [&](core::RowKey key, core::Words) {
            if (std::find(ids.begin(), ids.end(), key.id) != ids.end()) batch.erases.push_back(key);
            return true;
        });
        std::sort(batch.erases.begin(), batch.erases.end());
        storage->write(batch);
    }
    [[nodiscard]] std::vector<ObjectId> of_type(core::TypeId type) const {
        std::vector<ObjectId> ids;
        const auto storage = open(file);
        storage->scan(std::nullopt, core::Storage::kUnlimited,
                      [&](core::RowKey key, core::Words row) {
                          if (row[0] == type && row.size() > 2) ids.push_back(key.id);
                          return true;
                      });
        return ids;
    }
    [[nodiscard]] TreeRepairs repair() const { return repair_trees(*open(file), kGoOn); }
    /// The tree's content, after a look at the whole store.
    static Content sound_content(const std::filesystem::path& path, std::string_view name,
                                 const TreeKind& kind) {
        const Machine machine(open(path));
        const VerifyReport report = machine.verify();
        for (const Fault& fault : report.faults) {
            // Loose leaves stay in the store; verification names them.
            if (fault.what.find("no tree leads to it") == std::string::npos)
                ADD_FAILURE() << fault.what;
        }
        const Snapshot snapshot = machine->snapshot();
        if (!find_root(snapshot, name)) return {};
        const auto tree = tree_in(snapshot, name, kind);
        const Content found = content(*tree);
        EXPECT_EQ(tree->size(), found.size());
        return found;
    }
    static void expect_part(const Content& part, const Content& whole) {
        for (const auto& [key, value] : part) {
            const auto at = whole.find(key);
            ASSERT_NE(at, whole.end());
            EXPECT_EQ(at->second, value);
        }
    }

    NodeSizes sizes{std::size_t{6}};
    core::testing::TemporaryFolder folder;
    const std::filesystem::path file = folder.file();
    Content all_numbers = numbers(0, 400);
    Content all_texts;
};

TEST_F(SalvageTest, LeavesSoundTreesAlone) {
    make();
    const TreeRepairs repairs = repair();
    EXPECT_TRUE(repairs.whole());
    EXPECT_GE(repairs.trees, 2u);
    EXPECT_EQ(sound_content(file, "numbers", kNumbers), all_numbers);
}

TEST_F(SalvageTest, KeepsWhatIsInTheOtherLeaves) {
    make();
    lose({of_type(kLeafType)[5], of_type(kLeafType)[40]});
    const TreeRepairs repairs = repair();
    ASSERT_FALSE(repairs.repaired.empty());
    EXPECT_TRUE(repairs.loose.empty());
    const Content left = sound_content(file, "numbers", kNumbers);
    EXPECT_GE(left.size(), all_numbers.size() - 12);
    expect_part(left, all_numbers);
}

TEST_F(SalvageTest, FindsLeavesWhoseParentsAreLost) {
    make();
    lose(of_type(kInnerType));
    const TreeRepairs repairs = repair();
    EXPECT_EQ(repairs.repaired.size(), 2u);
    for (const RepairedTree& tree : repairs.repaired) {
        EXPECT_EQ(tree.entries, tree.entries_said);
        EXPECT_GT(tree.leaves_attached, 10u);
    }
    EXPECT_EQ(sound_content(file, "numbers", kNumbers), all_numbers);
    EXPECT_EQ(sound_content(file, "texts", kTexts), all_texts);
}

// A row that is whole, and still no inner node.
TEST_F(SalvageTest, FindsLeavesWhoseParentMakesNoSense) {
    make();
    for (const ObjectId id : {of_type(kInnerType).front(), of_type(kInnerType).back()}) {
        const auto storage = open(file);
        std::vector<core::Word> row = newest_row(*storage, id).value().words;
        const Version version = newest_row(*storage, id).value().version;
        row[2] = 0;
        row[1] = core::checksum_row(id, version, row[0],
                                    core::hash_payload(core::Words(row).subspan(2)));
        const core::StorageState state = storage->state();
        core::Batch batch;
        batch.newest = state.newest;
        batch.time = state.time;
        batch.next_object_id = state.next_object_id;
        batch.puts.push_back({id, version, row});
        storage->write(batch);
    }
    EXPECT_EQ(repair().repaired.size(), 2u);
    const Machine machine(open(file));
    EXPECT_EQ(content(machine->snapshot(), "numbers", kNumbers), all_numbers);
    EXPECT_EQ(content(machine->snapshot(), "texts", kTexts), all_texts);
}

// Leaves of words under texts look like the catalog's, but for what their words say.
TEST_F(SalvageTest, TakesNoLeafForRootNamesWhoseWordsAreNoIds) {
    make();
    std::vector<ObjectId> lost{ObjectId{1}};
    {
        const Machine machine(open(file));
        const TreeKind words{"string", "i64", false, ValueForm::word};
        fill(machine, "large", words, {{"too large", word(std::uint64_t{1} << 40)}});
        fill(machine, "small", words, {{"too small", word(3)}});
        for (const char* name : {"large", "small"})
            lost.push_back(find_root(machine->snapshot(), name).value().id);
        machine->flush();
    }
    lose(lost);
    static_cast<void>(repair());
    const Machine machine(open(file));
    const Snapshot snapshot = machine->snapshot();
    EXPECT_TRUE(find_root(snapshot, "numbers"));
    EXPECT_FALSE(find_root(snapshot, "too large"));
    EXPECT_FALSE(find_root(snapshot, "too small"));
}

TEST_F(SalvageTest, MakesTheCatalogOfRootNamesAnew) {
    make();
    lose({ObjectId{1}});
    const TreeRepairs repairs = repair();
    ASSERT_EQ(repairs.repaired.size(), 1u);
    EXPECT_TRUE(repairs.repaired[0].header_lost);
    EXPECT_EQ(sound_content(file, "numbers", kNumbers), all_numbers);
}

TEST_F(SalvageTest, DropsEntriesWhoseLargeValuesAreLost) {
    make();
    const std::vector<ObjectId> large = of_type(kLargeValueType);
    ASSERT_EQ(large.size(), 6u);
    lose({large[1], large[4]});
    const TreeRepairs repairs = repair();
    ASSERT_EQ(repairs.repaired.size(), 1u);
    EXPECT_EQ(repairs.repaired[0].large_values_lost, 2u);
    const Content left = sound_content(file, "texts", kTexts);
    EXPECT_EQ(left.size(), all_texts.size() - 2);
    expect_part(left, all_texts);
}

TEST_F(SalvageTest, TellsOfLeavesThatFitTwoTrees) {
    make();
    {
        const Machine machine(open(file));
        fill(machine, "more", kNumbers, all_numbers);
        settle(machine);
    }
    lose(of_type(kInnerType));
    EXPECT_FALSE(repair().loose.empty());
    sound_content(file, "more", kNumbers);
}

TEST_F(SalvageTest, CopiesADamagedFileIntoASoundStore) {
    make();
    const std::string pristine = core::testing::read_bytes(file);
    std::size_t kept = 0;
    constexpr std::uint64_t kSeeds = 25;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        std::string bytes = pristine;
        for (int i = 0; i < 20; ++i) {
            const std::size_t at = random() % bytes.size();
            bytes[at] = static_cast<char>(random());
        }
        const auto damaged = folder.file("damaged");
        const auto fresh = folder.file("fresh-" + std::to_string(seed));
        core::testing::write_bytes(damaged, bytes);
        const SalvageReport report = salvage(damaged, fresh, {});
        EXPECT_EQ(report.copied.rows, report.rows_found);
        EXPECT_EQ(core::testing::read_bytes(damaged), bytes);
        const Content left = sound_content(fresh, "numbers", kNumbers);
        expect_part(left, all_numbers);
        kept += left.size();
    }
    EXPECT_GT(kept, kSeeds * all_numbers.size() / 2);
}

TEST_F(SalvageTest, RefusesATargetThatIsThere) {
    make();
    EXPECT_THROW(salvage(file, file, {}), Error);
    const auto other = folder.file("other");
    core::testing::write_bytes(other, "something");
    EXPECT_THROW(salvage(file, other, {}), UsageError);
    EXPECT_EQ(core::testing::read_bytes(other), "something");
}

TEST_F(SalvageTest, LeavesNoFileWhenItIsCancelled) {
    make();
    const auto other = folder.file("other");
    EXPECT_THROW(salvage(file, other, [](std::uint64_t, std::uint64_t) { return false; }),
                 CancelledError);
    EXPECT_FALSE(std::filesystem::exists(other));
}

TEST_F(SalvageTest, SaysThatALogLiesBesideAndIsNotUsed) {
    const auto crashed = folder.file("crashed");
    {
        const Machine machine(open(file), {.log_bytes = std::size_t{1} << 20});
        fill(machine, "numbers", kNumbers, all_numbers);
        for (const char* end : {"", "-log"})
            std::filesystem::copy_file(file.string() + end, crashed.string() + end);
    }
    EXPECT_TRUE(salvage(crashed, folder.file("first"), {}).log_left);
    // Opened once, the store has all of it.
    Machine(open(crashed)).store->close();
    const SalvageReport report = salvage(crashed, folder.file("second"), {});
    EXPECT_FALSE(report.log_left);
    EXPECT_TRUE(report.complete());
    EXPECT_EQ(sound_content(folder.file("second"), "numbers", kNumbers), all_numbers);
}

}  // namespace
}  // namespace vitrine::btree::test
