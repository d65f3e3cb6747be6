#include <gtest/gtest.h>

#include <vitrine/error.hpp>

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

}  // namespace
}  // namespace vitrine::core::testing
