#include "core/archive/kept_window.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "core/memory/memory_storage.hpp"

namespace vitrine::core::archive {
namespace {

TEST(KeptWindowTest, FindsEveryEndHoweverSmallItIs) {
    const auto disk = memory::open();
    std::mt19937 random(4);
    std::map<RowKey, Version> ends;
    Batch batch;
    batch.newest = Version{1000};
    for (int i = 0; i < 500; ++i) {
        const RowKey row{ObjectId{1 + random() % 60}, Version{1 + random() % 100}};
        const Version until{row.version.value() + 1 + random() % 50};
        if (!ends.emplace(row, until).second) continue;
        batch.keep.push_back({Version{until.value() - 1}, row, until});
    }
    batch.keep.push_back({Version{7}, {ObjectId{70}, Version{7}}, kOpen});
    batch.keep.push_back({Version{98}, {ObjectId{71}, Version{7}}, Version{99}});
    disk->write(batch);
    const Version newest{90};
    for (const std::size_t entries : {1U, 2U, 10U, 100U, 10'000U}) {
        KeptWindow window(*disk, newest, entries);
        std::size_t found = 0;
        for (std::uint64_t id = 1; id < 80; ++id) {
            window.move_to(ObjectId{id});
            ASSERT_LT(ObjectId{id}, window.end());
            for (std::uint64_t version = 1; version <= 100; ++version) {
                const RowKey row{ObjectId{id}, Version{version}};
                const auto wanted = ends.find(row);
                const auto until = window.until(row);
                if (until) ++found;
                const bool ended = wanted != ends.end() && wanted->second <= newest;
                EXPECT_EQ(until, ended ? std::optional(wanted->second) : std::nullopt);
            }
        }
        EXPECT_GT(found, 100U);
    }
}

}  // namespace
}  // namespace vitrine::core::archive
