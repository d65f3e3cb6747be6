#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "core/lmdb/pages/structure.hpp"
#include "tests/core/lmdb/pages_store.hpp"

namespace vitrine::core::testing {
namespace {

std::string all(const std::vector<lmdb::PageFault>& faults) {
    std::string text;
    for (const auto& fault : faults) text += lmdb::to_text(fault) + "\n";
    return text;
}

class PagesStructureTest : public ::testing::Test {
  protected:
    [[nodiscard]] std::string faults() const {
        return all(lmdb::check_structure(lmdb::PageFile(file)));
    }
    TemporaryFolder folder;
    const std::filesystem::path file = folder.file();
};

TEST_F(PagesStructureTest, FindsNothingWrongWithSoundStores) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        std::filesystem::remove(file);
        make_store(file, seed, static_cast<int>(seed * 2), 1 + static_cast<int>(seed * 7 % 60));
        ASSERT_EQ(faults(), "") << "seed " << seed;
    }
}

TEST_F(PagesStructureTest, FindsNothingWrongWithALargeStore) {
    make_store(file, 7, 12, 4000);
    EXPECT_EQ(faults(), "");
}

TEST_F(PagesStructureTest, FindsNothingWrongWithAFreshOrEmptyFile) {
    write_bytes(file, "");
    EXPECT_EQ(faults(), "");
    lmdb::open(file);
    EXPECT_EQ(faults(), "");
}

TEST_F(PagesStructureTest, NamesAPageThatIsOnTheWrongPlace) {
    make_store(file, 1);
    std::string bytes = read_bytes(file);
    const std::uint64_t page = places_of(file).begin()->second.page;
    bytes[page * 4096] = static_cast<char>(bytes[page * 4096] ^ 1);  // its own number
    write_bytes(file, bytes);
    EXPECT_NE(faults().find("page " + std::to_string(page) + " (objects): it calls itself page " +
                            std::to_string(page ^ 1)),
              std::string::npos)
        << faults();
}

// Looked at without being asked for: what LMDB does with such a page ends the process, or never ends.
TEST_F(PagesStructureTest, OpeningLooksAtTheLeafOfTheTables) {
    make_store(file, 1);
    const std::string sound = read_bytes(file);
    std::vector<lmdb::PageFault> none;
    const lmdb::Layout layout = lmdb::find_layout(lmdb::PageFile(file), none);
    lmdb::Page page;
    ASSERT_TRUE(lmdb::PageFile(file).read(layout.meta.main.root, page));
    const std::size_t at = page.number * lmdb::kPageBytes, node = page.slot(0);
    const std::size_t head =
        node + lmdb::kNodeHeaderBytes + lmdb::node_at(page, node, false)->key.size();
    const auto opened = [&](std::size_t place, int flipped) {
        std::string bytes = sound;
        bytes[at + place] = static_cast<char>(bytes[at + place] ^ flipped);
        write_bytes(file, bytes);
        try {
            lmdb::open(file);
            return std::string("opened");
        } catch (const Error& error) {
            return std::string(error.what());
        }
    };
    EXPECT_EQ(opened(100, 0), "opened");
    EXPECT_NE(opened(0, 1).find("is another one"), std::string::npos);
    EXPECT_NE(opened(lmdb::kPageFlagsAt, 3).find("not a Vitrine store"), std::string::npos);
    EXPECT_NE(opened(lmdb::kPageFlagsAt, 4).find("is no leaf"), std::string::npos);
    EXPECT_NE(opened(15, 0x80).find("has no sound bounds"), std::string::npos);
    EXPECT_NE(opened(16, 1).find("has an entry outside of its place"), std::string::npos);
    EXPECT_NE(opened(head + 4, 2).find("has a table of unknown flags"), std::string::npos);
}

TEST_F(PagesStructureTest, NamesAWrongCount) {
    make_store(file, 1);
    std::string bytes = read_bytes(file);
    const std::string name = "objects";
    std::vector<lmdb::PageFault> ignored;
    const lmdb::PageFile pages(file);
    const std::uint64_t root = lmdb::find_layout(pages, ignored).meta.main.root;
    const std::size_t at = bytes.find(name, root * 4096) + name.size() + 32;  // md_entries
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    write_bytes(file, bytes);
    EXPECT_NE(faults().find("entries and says"), std::string::npos) << faults();
}

TEST_F(PagesStructureTest, OpensTheStoreOnlyWithoutFaultsWhenAskedTo) {
    make_store(file, 3);
    EXPECT_NO_THROW(lmdb::open(file, {.check_structure = true}));
    std::string bytes = read_bytes(file);
    const std::uint64_t page = places_of(file).begin()->second.page;
    bytes[page * 4096 + 12] = 7;  // where its places of nodes end
    write_bytes(file, bytes);
    try {
        lmdb::open(file, {.check_structure = true});
        ADD_FAILURE() << "it opened";
    } catch (const CorruptionError& error) {
        EXPECT_NE(std::string(error.what()).find("page " + std::to_string(page)), std::string::npos)
            << error.what();
    }
}

TEST_F(PagesStructureTest, LetsLmdbReadEveryDamagedFileThatItFindsSound) {
    std::size_t sound = 0;
    const std::uint64_t seeds = damage_seeds(300);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        if (seed % 100 == 1) {
            std::filesystem::remove(file);
            make_store(file, seed);
        }
        std::string bytes = read_bytes(file);
        std::mt19937_64 random(seed);
        damage_once(bytes, random);
        const auto damaged = folder.file("damaged");
        write_bytes(damaged, bytes);
        if (!lmdb::check_structure(lmdb::PageFile(damaged)).empty()) continue;
        ++sound;
        try {  // what LMDB reads is what the file holds: rows are checked by others
            const auto storage = lmdb::open(damaged, {.map_bytes = std::uint64_t{1} << 30});
            std::optional<RowKey> at;
            std::uint64_t sum = 0;
            do {
                at = storage->scan(at, 100, [&](RowKey, Words row) {
                    for (const Word word : row) sum ^= word;
                    return true;
                });
            } while (at);
            EXPECT_NE(sum, 0u);
            storage->types();
            storage->witnesses();
            static_cast<void>(storage->size());
            Batch batch;
            batch.newest = Version{1000};
            batch.next_object_id = 5000;
            storage->write(batch);
        } catch (const Error& error) {
            continue;  // said in words
        }
    }
    EXPECT_GT(sound, seeds / 20);
}

}  // namespace
}  // namespace vitrine::core::testing
