#include <cstdio>
#include <set>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "core/lmdb/pages/survey.hpp"
#include "core/lmdb/salvage.hpp"
#include "tests/core/lmdb/pages_store.hpp"

namespace vitrine::core::testing {
namespace {

using lmdb::PageFile;

std::set<RowKey> keys_of(const std::vector<lmdb::FoundRow>& rows) {
    std::set<RowKey> keys;
    for (const auto& row : rows) keys.insert(row.key);
    return keys;
}

std::string text(RowKey key) {
    return "#" + std::to_string(key.id.value) + " v" + std::to_string(key.version.value());
}

bool differs(const std::string& a, const std::string& b, Extent extent) {
    if (extent.to > b.size()) return true;
    return a.compare(extent.from, extent.to - extent.from, b, extent.from,
                     extent.to - extent.from) != 0;
}

bool cut(const lmdb::PageFault& fault) {
    return fault.what.find("the file ends here") != std::string::npos;
}

/// Whether a row is told of: itself, or the place where it was.
bool told(const lmdb::Survey& survey, RowKey key, const RowPlace& place) {
    for (const auto& damage : survey.damaged) {
        if (damage.row && damage.row->id == key.id) return true;
        if (damage.row) continue;
        if (damage.page == place.page) return true;
        const bool after = !damage.after || damage.after->id <= key.id;
        const bool before = !damage.before || key.id <= damage.before->id;
        if (after && before) return true;
    }
    // Without the newest meta page, all that says what the newest commit wrote is what is found.
    const bool newest = survey.state && key.version >= survey.state->newest;
    for (const auto& fault : survey.page_faults)
        if (fault.page == place.page || (fault.page < 2 && newest) ||
            (fault.page <= place.page && cut(fault)))
            return true;
    return false;
}

class PagesSurveyTest : public ::testing::Test {
  protected:
    void make(std::uint64_t seed, int commits = 30) {
        std::filesystem::remove(file);
        make_store(file, seed, commits);
        pristine = read_bytes(file);
        places = places_of(file);
    }
    /// Looks at `bytes` and compares with what is known from the sound file.
    void check(const std::string& bytes) {
        const auto damaged = folder.file("damaged");
        write_bytes(damaged, bytes);
        const lmdb::Survey found = lmdb::survey(PageFile(damaged));
        const std::set<RowKey> rows = keys_of(found.rows);
        for (const auto& [key, place] : places) {
            const bool hit =
                differs(pristine, bytes, place.key) || differs(pristine, bytes, place.value);
            if (hit) ++hit_rows;
            if (hit && rows.contains(key)) ++rescued;
            // Where all pages had to be searched, only the newest row of an object is taken.
            const auto newer = found.searched_free_pages ? rows.upper_bound(key) : rows.end();
            const bool superseded = newer != rows.end() && newer->id == key.id;
            EXPECT_TRUE(hit || superseded || rows.contains(key)) << text(key) << " is lost";
            EXPECT_TRUE(!hit || superseded || rows.contains(key) || told(found, key, place))
                << text(key) << " is not told of";
        }
        for (const RowKey key : rows) {
            if (places.contains(key)) continue;
            ++extra;
            EXPECT_FALSE(found.page_faults.empty()) << text(key) << " was erased";
        }
        for (const auto& damage : found.damaged) {
            if (!damage.row) continue;
            // The version may be damaged too: it is the object that is named.
            const auto hit = [&](const auto& row) {
                return row.first.id == damage.row->id &&
                       (differs(pristine, bytes, row.second.node) ||
                        differs(pristine, bytes, row.second.value));
            };
            // Of an older state, when the newest meta page is damaged, rows that were erased since.
            const bool older = !places.contains(*damage.row) &&
                               std::any_of(found.page_faults.begin(), found.page_faults.end(),
                                           [](const auto& fault) { return fault.page < 2; });
            // Or a free page's, of a row that was found elsewhere: nothing is lost then.
            const bool found_too = rows.contains(*damage.row);
            const bool real = older || found_too || std::any_of(places.begin(), places.end(), hit);
            EXPECT_TRUE(real) << lmdb::to_text(damage) << ", and it is not";
        }
    }

    TemporaryFolder folder;
    const std::filesystem::path file = folder.file();
    std::string pristine;
    RowPlaces places;
    std::size_t hit_rows = 0, rescued = 0, extra = 0;
};

TEST_F(PagesSurveyTest, FindsAllThatASoundStoreHas) {
    make(1);
    const lmdb::Survey found = lmdb::survey(PageFile(file));
    EXPECT_TRUE(found.sound());
    const auto storage = lmdb::open(file);
    std::set<RowKey> rows;
    storage->scan(std::nullopt, Storage::kUnlimited, [&](RowKey key, Words) {
        rows.insert(key);
        return true;
    });
    EXPECT_EQ(keys_of(found.rows), rows);
    EXPECT_EQ(rows.size(), places.size());
    ASSERT_TRUE(found.state);
    EXPECT_EQ(found.state->newest, storage->state().newest);
    EXPECT_EQ(found.types.size(), storage->types().size());
    EXPECT_EQ(found.commits, storage->commits(Version{}, Storage::kUnlimited));
}

TEST_F(PagesSurveyTest, FindsAllRowsThatOneDamageLeaves) {
    const std::uint64_t seeds = damage_seeds(400);
    for (std::uint64_t seed = 1; seed <= seeds && !HasFailure(); ++seed) {
        if (seed % 50 == 1) make(seed);
        std::mt19937_64 random(seed);
        std::string bytes = pristine;
        SCOPED_TRACE("seed " + std::to_string(seed) + ": " + damage_once(bytes, random));
        check(bytes);
    }
    EXPECT_GT(hit_rows, seeds / 20);
    std::printf("%zu rows hit, %zu of them read all the same; %zu that were erased came back\n",
                hit_rows, rescued, extra);
}

TEST_F(PagesSurveyTest, FindsAllRowsOfAStoreWithTwoHundredDamages) {
    make_store(file, 5, 20, 900);
    pristine = read_bytes(file);
    places = places_of(file);
    std::mt19937_64 random(5);
    std::string bytes = pristine;
    for (int i = 0; i < 200; ++i) {  // bits, apart from the two meta pages
        const std::size_t at = 8192 + random() % (bytes.size() - 8192);
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    }
    check(bytes);
    EXPECT_GT(hit_rows, 20u);
}

TEST_F(PagesSurveyTest, FindsAllRowsOfAFileThatWasCutShort) {
    make(1);
    for (std::uint64_t seed = 1; seed <= 60 && !HasFailure(); ++seed) {
        std::mt19937_64 random(seed);
        SCOPED_TRACE("seed " + std::to_string(seed));
        check(pristine.substr(0, random() % pristine.size()));
    }
}

TEST_F(PagesSurveyTest, NeverFailsOnNoise) {
    std::mt19937_64 random(1);
    for (std::size_t size : {0u, 1u, 4095u, 4096u, 8192u, 8193u, 65536u, 200'001u}) {
        std::string bytes(size, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random());
        write_bytes(file, bytes);
        EXPECT_TRUE(lmdb::survey(PageFile(file)).rows.empty());
    }
}

TEST_F(PagesSurveyTest, CopiesIntoAStoreThatOpens) {
    make(9);
    std::string bytes = pristine;
    const RowPlace& hit = places.begin()->second;
    bytes[hit.value.from + 16] = static_cast<char>(bytes[hit.value.from + 16] ^ 1);
    write_bytes(file, bytes);
    const PageFile pages(file);
    const lmdb::Survey found = lmdb::survey(pages);
    const auto copy = folder.file("copy");
    {
        const auto target = lmdb::open(copy);
        const auto on = [](std::uint64_t, std::uint64_t) { return true; };
        const lmdb::CopiedRows copied = lmdb::copy_rows(pages, found, *target, on);
        EXPECT_EQ(copied.rows, places.size() - 1);
        ASSERT_EQ(copied.lost.size(), 1u);
        EXPECT_EQ(copied.lost[0].row, places.begin()->first);
    }
    const lmdb::Survey again = lmdb::survey(PageFile(copy));
    EXPECT_TRUE(again.sound());
    EXPECT_EQ(keys_of(again.rows), keys_of(found.rows));
    EXPECT_EQ(again.state->newest, found.state->newest);
    EXPECT_EQ(again.state->next_object_id, found.state->next_object_id);
    EXPECT_EQ(again.types.size(), 2u);
    EXPECT_EQ(again.commits, found.commits);
}

TEST_F(PagesSurveyTest, IsCancelledByItsProgress) {
    make_store(file, 5, 10, 800);
    const auto stop = [](std::uint64_t, std::uint64_t) { return false; };
    EXPECT_THROW(lmdb::survey(PageFile(file), stop), CancelledError);
}

}  // namespace
}  // namespace vitrine::core::testing
