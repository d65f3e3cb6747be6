#include "mvcc/heap_trim.hpp"

#include <unistd.h>

#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace vitrine::mvcc::test {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

std::size_t anonymous_bytes() {
    std::size_t all = 0, resident = 0, of_files = 0;
    std::ifstream("/proc/self/statm") >> all >> resident >> of_files;
    return (resident - of_files) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Blocks that the C library keeps when they are freed, because one behind them stays.
TEST(HeapTrimTest, FreedMemoryGoesBackToTheSystemWhenTheProcessHasGrown) {
    if (vitrine::test::kSanitized) GTEST_SKIP() << "another allocator";
    constexpr std::size_t kBudget = 8 * kMiB, kStep = kBudget / 8, kBlock = 64 * 1024;
    HeapTrim trim;
    trim.evicted(kStep, 0, kBudget);
    std::vector<std::unique_ptr<char[]>> blocks;
    for (std::size_t i = 0; i < 64 * kMiB / kBlock; ++i) {
        blocks.push_back(std::make_unique<char[]>(kBlock));
        std::memset(blocks.back().get(), 1, kBlock);
    }
    const std::unique_ptr<char[]> last = std::move(blocks.back());
    blocks.clear();
    const std::size_t before = anonymous_bytes();
    trim.evicted(kStep - 1, 0, kBudget);
    EXPECT_GT(anonymous_bytes() + 8 * kMiB, before) << "too little was evicted to look";
    trim.evicted(1, 0, kBudget);
    EXPECT_LT(anonymous_bytes() + 32 * kMiB, before);
}

}  // namespace
}  // namespace vitrine::mvcc::test
