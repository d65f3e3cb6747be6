#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "core/lmdb/keys.hpp"
#include "tests/core/lmdb/pages_store.hpp"
#include "tests/crash/corruption_damage.hpp"

namespace vitrine::core::testing {
namespace {

using corruption::kinds_of_pages;
using corruption::kPage;

constexpr lmdb::Options kSmallMap{.map_bytes = std::uint64_t{1} << 30};

/// A store of 30 commits, and its file as it was after 20 of them.
class RowSumsTest : public ::testing::Test {
  protected:
    RowSumsTest() {
        make_store(file, 11, 20, 30);
        older = read_bytes(file);
        std::filesystem::remove(file);
        make_store(file, 11, 30, 30);  // the same commits, and ten more
        bytes = read_bytes(file);
    }
    /// Puts pages of a kind back as they were, one at a time, where that makes a difference: the same
    /// page of the older file, or else one of that kind there.
    template <class Use>
    void put_back(const std::string& kind, Use use) {
        write_bytes(folder.file("older"), older);
        const std::uint64_t other = kinds_of_pages(folder.file("older")).at(kind).front();
        const corruption::PageKinds pages = kinds_of_pages(file);
        for (const std::uint64_t page : pages.at(kind)) {
            const std::size_t at = page * kPage;
            const bool same_place = at < older.size();
            std::string old = older.substr(same_place ? at : other * kPage, kPage);
            std::memcpy(old.data(), &page, sizeof page);  // what it calls itself
            if (bytes.compare(at, kPage, old) == 0) continue;
            std::string damaged = bytes;
            damaged.replace(at, kPage, old);
            write_bytes(folder.file("damaged"), damaged);
            ++tried;
            try {
                const auto storage = lmdb::open(folder.file("damaged"), kSmallMap);
                use(*storage);
                ADD_FAILURE() << "page " << page << " is old, and nobody says so";
            } catch (const CorruptionError&) {
                continue;
            }
        }
        EXPECT_GT(tried, 0) << "no page of the kind " << kind << " changed";
    }
    static void scan_all(Storage& storage) {
        storage.scan({}, Storage::kUnlimited, [](RowKey, Words) { return true; });
    }

    TemporaryFolder folder;
    const std::filesystem::path file = folder.file();
    std::string bytes, older;
    int tried = 0;
};

TEST_F(RowSumsTest, TellOldPagesOfObjectsInAScan) { put_back("leaf of objects", scan_all); }

TEST_F(RowSumsTest, TellOldPagesOfObjectsInReadsOfSingleRows) {
    std::vector<ObjectId> ids;
    for (const auto& [key, place] : places_of(file)) ids.push_back(key.id);
    put_back("leaf of objects", [&](Storage& storage) {
        for (const ObjectId id : ids) storage.read(id, kOpen, [](Version, Words) {});
    });
}

TEST_F(RowSumsTest, TellAnOldHeaderRowAtOpening) {
    put_back("leaf of meta", [](Storage&) {});
}

TEST_F(RowSumsTest, TellOldSumsAtOpening) {
    put_back("leaf of sums", [](Storage&) {});
}

TEST_F(RowSumsTest, TellAnOldLogWhenItIsRead) {
    put_back("leaf of commits", [](Storage& storage) { storage.commits({}, Storage::kUnlimited); });
}

TEST_F(RowSumsTest, AreRightAfterAnyBatches) {
    for (std::uint64_t seed = 20; seed < 30; ++seed) {
        std::filesystem::remove(file);
        make_store(file, seed, 25, 40);
        const auto storage = lmdb::open(file, kSmallMap);  // the sum of all sums
        EXPECT_NO_THROW(scan_all(*storage)) << "seed " << seed;
        EXPECT_NO_THROW(storage->commits({}, Storage::kUnlimited));
        EXPECT_NO_THROW(storage->types());
        EXPECT_NO_THROW(storage->scan_kept([](const KeptRow&) { return true; }));
    }
}

// A branch's separator with one wrong bit: rows beside it would be absent, or older ones be found.
TEST_F(RowSumsTest, TellWhenABranchLeadsAstray) {
    std::filesystem::remove(file);
    make_store(file, 3, 12, 600);
    bytes = read_bytes(file);
    const RowPlaces places = places_of(file);
    const auto branches = kinds_of_pages(file).at("branch");
    int refused = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        std::mt19937_64 random(seed);
        std::string damaged = bytes;
        const std::size_t page = branches[random() % branches.size()] * kPage;
        const std::size_t node = random() % 8;  // one of its first separators, of 16 bytes
        const auto at = lmdb::load<std::uint16_t>(
            reinterpret_cast<const std::byte*>(bytes.data()) + page, 16 + 2 * (node + 1));
        damaged[page + at + 8 + 4 + random() % 12] ^= static_cast<char>(1U << random() % 8);
        write_bytes(folder.file("damaged"), damaged);
        const auto storage = lmdb::open(folder.file("damaged"), kSmallMap);
        for (const auto& [key, place] : places) {
            try {
                const auto reading = storage->read(key.id, key.version, [](Version, Words) {});
                EXPECT_EQ(reading.born, key.version) << "seed " << seed << ", #" << key.id.value;
            } catch (const CorruptionError&) {
                ++refused;
            }
        }
    }
    EXPECT_GT(refused, 0);
}

/// Objects of one small row each: those of even ids, then all of them anew, and some of odd ids.
/// Pages of the first commit are free after that, and still there.
void make_store_with_a_past(const std::filesystem::path& file) {
    const auto storage = lmdb::open(file, kSmallMap);
    for (std::uint64_t commit = 1; commit <= 2; ++commit) {
        Batch batch;
        batch.newest = Version{commit};
        batch.next_object_id = 1000;
        std::vector<std::vector<Word>> rows;
        for (std::uint64_t id = 16; id < 1000; ++id) {
            if (id % 2 == 1 && (commit == 1 || id % 8 != 1)) continue;
            rows.push_back(make_record({ObjectId{id}, batch.newest}, 1, id));
            batch.puts.push_back({ObjectId{id}, batch.newest, rows.back()});
            if (commit == 2 && id % 2 == 0) batch.erases.push_back({ObjectId{id}, Version{1}});
        }
        storage->write(batch);
    }
}

std::uint64_t id_at(const lmdb::Page& page, std::size_t slot) {
    return __builtin_bswap64(page.get<std::uint64_t>(page.slot(slot) + lmdb::kNodeHeaderBytes));
}

// What a walk over a group does not pass, a search may yet reach: here a page of old, by an entry of a
// branch that begins in the middle of a group, behind the page that has all of the group.
TEST_F(RowSumsTest, TellWhenASearchLeavesTheWalk) {
    std::filesystem::remove(file);
    make_store_with_a_past(file);
    bytes = read_bytes(file);
    const corruption::PageKinds pages = kinds_of_pages(file);
    ASSERT_EQ(pages.at("branch").size(), 1U);
    const auto read = [&](std::uint64_t number) {
        lmdb::Page page;
        EXPECT_TRUE(lmdb::PageFile(file).read(number, page));
        return page;
    };
    const lmdb::Page branch = read(pages.at("branch").front());
    const std::size_t last = branch.slots() - 1;
    const lmdb::Page leaf = read(lmdb::node_at(branch, branch.slot(last - 1), true)->child);
    const std::uint64_t group = (id_at(leaf, 0) / 32 + 1) * 32, middle = group + 16;
    ASSERT_GT(id_at(leaf, leaf.slots() - 1), group + 32) << "the group reaches into the last leaf";
    std::uint64_t old = 0;
    for (const std::uint64_t number : pages.at("free")) {
        const lmdb::Page page = read(number);
        if (!page.leaf() || page.slots() < 2 || page.get<std::uint16_t>(page.slot(0) + 6) != 16)
            continue;
        if (id_at(page, 0) < middle && id_at(page, page.slots() - 1) > group + 32) old = number;
    }
    ASSERT_NE(old, 0U) << "no page of the first commit is left there";

    lmdb::ObjectKey key = lmdb::object_key({ObjectId{middle}, kOpen});
    char* const node = bytes.data() + branch.number * kPage + branch.slot(last);
    std::memcpy(node, &old, 4);
    std::memcpy(node + lmdb::kNodeHeaderBytes, &key, sizeof key);
    write_bytes(folder.file("damaged"), bytes);
    const auto storage = lmdb::open(folder.file("damaged"), kSmallMap);
    int refused = 0;
    for (std::uint64_t id = group + 31; id > group; --id) {
        try {
            const auto reading = storage->read(ObjectId{id}, kOpen, [](Version, Words) {});
            const bool there = id % 2 == 0 || id % 8 == 1;
            EXPECT_EQ(reading.born, there ? std::optional(Version{2}) : std::nullopt) << id;
        } catch (const CorruptionError&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace vitrine::core::testing
