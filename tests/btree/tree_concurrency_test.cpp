#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/btree/fixture.hpp"

// Many threads on one tree.

namespace vitrine::btree {
namespace {

using namespace test;

constexpr std::uint64_t kWriters = 32;
constexpr std::uint64_t kKeysEach = 60;

StoreOptions quick() {
    StoreOptions options;
    options.durability = Durability::deferred;
    options.cache_bytes = std::size_t{1} << 18;
    return options;
}

// Spread over the whole tree, and nobody else's.
std::uint64_t key_of(std::uint64_t writer, std::uint64_t i) {
    return (i * kWriters + writer) * 0x9E37'79B9'7F4A'7C15ULL;
}

TEST(TreeConcurrencyTest, ThreadsThatInsertDisjointKeysNeverConflict) {
    const NodeSizes sizes(8);
    const Machine machine(quick());
    fill(machine, "tree", kNumbers, {{number(0), word(0)}});
    std::atomic<std::uint64_t> conflicts{0}, running{kWriters};
    std::vector<std::thread> threads;
    for (std::uint64_t writer = 0; writer < kWriters; ++writer)
        threads.emplace_back([&, writer] {
            for (std::uint64_t i = 1; i <= kKeysEach; i += 3) {
                Transaction transaction = machine.begin();
                const auto tree = edit_tree(transaction, "tree", kNumbers);
                for (std::uint64_t k = i; k < i + 3; ++k)
                    EXPECT_TRUE(tree->insert(bytes(number(key_of(writer, k))), bytes(word(k))));
                try {
                    transaction.commit();
                } catch (const ConflictError&) {
                    ++conflicts;
                }
            }
            --running;
        });
    // Readers: what a snapshot shows agrees with its count, in order, and never goes back.
    for (int reader = 0; reader < 2; ++reader)
        threads.emplace_back([&, reader] {
            std::uint64_t seen = 0;
            do {
                const auto tree = tree_in(machine->snapshot(), "tree", kNumbers);
                std::uint64_t count = 0;
                for (const auto cursor = tree->cursor({.reversed = reader == 1}); cursor->valid();
                     cursor->step())
                    ++count;
                EXPECT_EQ(count, tree->size());
                EXPECT_GE(count, seen);
                seen = count;
                if (reader == 0) machine->trim_cache();
            } while (running != 0);
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(conflicts, 0U);
    Content expected{{number(0), word(0)}};
    for (std::uint64_t writer = 0; writer < kWriters; ++writer)
        for (std::uint64_t i = 1; i <= kKeysEach; ++i)
            expected.emplace(number(key_of(writer, i)), word(i));
    EXPECT_EQ(content(machine->snapshot(), "tree", kNumbers), expected);
    EXPECT_TRUE(machine.verify().ok());
}

TEST(TreeConcurrencyTest, ThreadsThatAddToOneKeyLoseNothing) {
    const Machine machine(quick());
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 100; ++n) {
                Transaction transaction = machine.begin();
                edit_tree(transaction, "tree", kNumbers)->add(bytes(number(7)), 1);
                transaction.commit();
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(content(machine->snapshot(), "tree", kNumbers), (Content{{number(7), word(800)}}));
}

TEST(TreeConcurrencyTest, ThreadsReadOldSnapshotsWhileTheTreeIsClearedAndFilled) {
    const NodeSizes sizes(4);
    const Machine machine(quick());
    fill(machine, "tree", kTexts, {{"k0", std::string(2000, 'a')}});
    std::atomic<bool> done{false};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&] {
            while (!done) {
                // Each commit fills the tree with one letter: nothing else may ever be seen.
                const auto tree = tree_in(machine->snapshot(), "tree", kTexts);
                char letter = '\0';
                std::size_t count = 0;
                for (const auto cursor = tree->cursor({}); cursor->valid(); cursor->step()) {
                    const std::string value = text(cursor->value());
                    if (letter == '\0') letter = value.front();
                    EXPECT_EQ(value, std::string(value.size(), letter));
                    ++count;
                }
                EXPECT_EQ(count, tree->size());
            }
        });
    for (int round = 0; round < 120; ++round) {
        Transaction transaction = machine.begin();
        const auto tree = edit_tree(transaction, "tree", kTexts);
        tree->clear();
        for (int k = 0; k < 5 + round % 20; ++k)
            tree->put(
                bytes("k" + std::to_string(k)),
                bytes(std::string(k % 3 == 0 ? 2000 : 10, static_cast<char>('a' + round % 26))));
        transaction.commit();
        if (round % 10 == 0) machine->trim_cache();
    }
    done = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_TRUE(machine.verify().ok());
}

}  // namespace
}  // namespace vitrine::btree
