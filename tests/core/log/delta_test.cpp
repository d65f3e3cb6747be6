#include "core/log/delta.hpp"

#include <cstring>
#include <random>

#include <gtest/gtest.h>

namespace vitrine::core {
namespace {

using log::apply_delta;
using log::CopiedRun;
using log::make_delta;

WordBuffer noise(std::size_t words, std::mt19937_64& random) {
    WordBuffer made(words);
    for (Word& word : made) word = random();
    return made;
}

/// A new payload of pieces of the old one, with other bytes between.
struct Made {
    Made(const WordBuffer& old, std::mt19937_64& random) {
        const auto below = [&](std::size_t bound) { return random() % bound; };
        std::vector<std::byte> bytes;
        const auto* from = reinterpret_cast<const std::byte*>(old.data());
        const std::size_t old_bytes = old.size() * sizeof(Word);
        for (std::size_t piece = below(6); piece != 0; --piece) {
            for (std::size_t n = below(30); n != 0; --n) bytes.push_back(std::byte(random()));
            const std::size_t begin = below(old_bytes);
            const std::size_t count = below(old_bytes - begin + 1);
            if (count == 0) continue;
            runs.push_back({bytes.size(), begin, count});
            bytes.insert(bytes.end(), from + begin, from + begin + count);
        }
        while (bytes.empty() || bytes.size() % sizeof(Word) != 0)
            bytes.push_back(std::byte(random()));
        fresh.resize(bytes.size() / sizeof(Word));
        std::memcpy(fresh.data(), bytes.data(), bytes.size());
    }
    WordBuffer fresh;
    std::vector<CopiedRun> runs;
};

TEST(DeltaTest, BringsTheNewPayloadOutOfTheOldOne) {
    std::mt19937_64 random(1);
    int useful = 0;
    for (int i = 0; i < 3000; ++i) {
        const auto old = noise(1 + random() % 200, random);
        const Made made(old, random);
        const auto delta = make_delta(made.fresh, made.runs);
        if (delta.empty()) continue;  // not worth it
        ++useful;
        EXPECT_LE(delta.size(), made.fresh.size() / 2);
        EXPECT_EQ(apply_delta(old, delta, made.fresh.size()), made.fresh);
        // Neither another size nor an older one that is too short.
        EXPECT_EQ(apply_delta(old, delta, made.fresh.size() + 1), std::nullopt);
        EXPECT_EQ(apply_delta(Words{}, delta, made.fresh.size()), std::nullopt);
    }
    EXPECT_GT(useful, 1000);
}

TEST(DeltaTest, IsNothingWhereNothingWasCopied) {
    std::mt19937_64 random(2);
    EXPECT_TRUE(make_delta(noise(100, random), {}).empty());
}

// Under the address sanitizer: nothing outside is read or written.
TEST(DeltaTest, AnyContentIsRefusedOrApplied) {
    std::mt19937_64 random(3);
    const auto old = noise(50, random);
    for (int i = 0; i < 20000; ++i) {
        const Made made(old, random);
        auto delta = make_delta(made.fresh, made.runs);
        if (delta.empty()) delta = noise(1 + random() % 8, random);
        for (std::size_t n = 1 + random() % 3; n != 0; --n)
            delta[random() % delta.size()] ^= Word{1} << random() % 64;
        const std::size_t words = made.fresh.size() + random() % 3;
        if (const auto found = apply_delta(old, delta, words)) {
            EXPECT_EQ(found->size(), words);
        }
    }
}

}  // namespace
}  // namespace vitrine::core
